// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/faults.h"

#include <array>

namespace sb {
namespace {

constexpr std::array<const char *, 7> faultNames = {"noise", "truncate", "wrong-checksum", "drop",
                                                    "delay", "silence",  "hang-up"};
constexpr int longestDelayMs = 1500;

} // namespace

QLatin1String faultName(Fault fault) { return QLatin1String(faultNames[static_cast<size_t>(fault)]); }

std::optional<Fault> faultFromName(QStringView name)
{
    for (size_t i = 0; i < faultNames.size(); ++i) {
        if (name == QLatin1String(faultNames[i]))
            return static_cast<Fault>(i);
    }
    return std::nullopt;
}

void FaultyLine::set(Fault fault, bool on)
{
    if (on)
        m_faults.insert(fault);
    else
        m_faults.erase(fault);
}

bool FaultyLine::strikes() { return std::uniform_real_distribution<double>()(m_random) < m_share; }

std::optional<SimulatedReply> FaultyLine::pass(const SimulatedReply &reply)
{
    if (has(Fault::Silence))
        return std::nullopt;
    SimulatedReply result = reply;
    QByteArray &bytes = result.bytes;
    const auto position = [&] {
        return static_cast<qsizetype>(
            std::uniform_int_distribution<qsizetype>(0, std::max<qsizetype>(0, bytes.size() - 1))(m_random));
    };
    if (has(Fault::Drop) && strikes()) {
        ++m_damaged;
        return std::nullopt;
    }
    if (has(Fault::Truncate) && strikes()) {
        ++m_damaged;
        bytes.truncate(position());
    }
    if (has(Fault::WrongChecksum) && strikes() && !bytes.isEmpty()) {
        ++m_damaged;
        const qsizetype at = position();
        bytes[at] = static_cast<char>(bytes.at(at) ^ (1 << (m_random() % 8)));
    }
    if (has(Fault::Noise) && strikes()) {
        ++m_damaged;
        for (int i = static_cast<int>(m_random() % 4) + 1; i > 0; --i)
            bytes.insert(strikes() ? position() : 0, randomByte());
    }
    if (has(Fault::Delay) && strikes()) {
        ++m_damaged;
        result.delayMs += static_cast<int>(m_random() % longestDelayMs);
    }
    return result;
}

} // namespace sb
