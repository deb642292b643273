// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/echofilter.h"

#include <utility>

namespace sb {

void EchoFilter::sent(const QByteArray &bytes)
{
    m_expected = bytes;
    m_kept.clear();
}

QByteArray EchoFilter::filter(const QByteArray &bytes)
{
    if (m_expected.isEmpty())
        return bytes;
    m_kept.append(bytes);
    const qsizetype common = std::min(m_kept.size(), m_expected.size());
    if (m_kept.first(common) != m_expected.first(common)) {
        // Not an echo: nothing of it may be lost.
        m_expected.clear();
        return std::exchange(m_kept, {});
    }
    if (m_kept.size() < m_expected.size())
        return {};
    if (m_kept.size() == m_expected.size() && !learned())
        return {}; // may be the whole reply of a device that repeats the request: what follows tells
    const QByteArray rest = m_kept.sliced(m_expected.size());
    ++m_echoes;
    m_bytes += static_cast<quint64>(m_expected.size());
    m_expected.clear();
    m_kept.clear();
    return rest;
}

QByteArray EchoFilter::release()
{
    m_expected.clear();
    return std::exchange(m_kept, {});
}

} // namespace sb
