// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace sb {

/// Takes the echo of our own bytes out of what a half-duplex adapter returns. An echo counts only when it is
/// complete and first; anything else is passed on as it is. A reply that begins as its request (Modbus) is
/// told from an echo by what follows it, unless reads have shown before that the adapter echoes.
class EchoFilter
{
public:
    /// A request goes out.
    void sent(const QByteArray &bytes);
    /// What arrived; \return what is to be passed on now.
    [[nodiscard]] QByteArray filter(const QByteArray &bytes);
    /// No more echo can come (line time and some margin are over): what was kept back.
    [[nodiscard]] QByteArray release();
    /// So many requests came back that the adapter must be one that echoes.
    [[nodiscard]] bool learned() const { return m_echoes >= echoesToLearn; }
    /// Taken out so far.
    [[nodiscard]] quint64 bytes() const { return m_bytes; }
    [[nodiscard]] bool isWaiting() const { return !m_expected.isEmpty(); }
    void reset() { *this = EchoFilter(); }

private:
    static constexpr int echoesToLearn = 3;
    QByteArray m_expected; ///< of the last request; empty: its echo came, or can't come any more
    QByteArray m_kept;
    int m_echoes = 0;
    quint64 m_bytes = 0;
};

} // namespace sb
