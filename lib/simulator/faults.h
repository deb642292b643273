// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

#include <random>
#include <set>

namespace sb {

enum class Fault : quint8 {
    Noise,         ///< stray bytes between and before replies
    Truncate,      ///< a reply loses its end
    WrongChecksum, ///< a byte of a reply is changed
    Drop,          ///< a reply is not sent
    Delay,         ///< a reply comes late, some later than a reader waits
    Silence,       ///< the board answers nothing at all
    HangUp,        ///< the link vanishes now and then, like a pulled adapter or a radio out of range
};
/// Name on the command line: "wrong-checksum".
[[nodiscard]] QLatin1String faultName(Fault fault);
[[nodiscard]] std::optional<Fault> faultFromName(QStringView name);

/// What becomes of replies on a bad line. The same seed gives the same line.
class FaultyLine
{
public:
    /// \a share: of the replies that a fault hits.
    FaultyLine(double share, quint64 seed)
        : m_share(share)
        , m_random(seed)
    {}

    void set(Fault fault, bool on);
    [[nodiscard]] bool has(Fault fault) const { return m_faults.contains(fault); }
    /// The reply as it arrives; nothing where it does not.
    [[nodiscard]] std::optional<SimulatedReply> pass(const SimulatedReply &reply);
    [[nodiscard]] char randomByte() { return static_cast<char>(m_random() & 0xFF); }
    /// Replies that were changed or dropped.
    [[nodiscard]] quint64 damaged() const { return m_damaged; }

private:
    [[nodiscard]] bool strikes();

    double m_share;
    std::set<Fault> m_faults;
    std::mt19937_64 m_random;
    quint64 m_damaged = 0;
};

} // namespace sb
