// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

#include <QHash>
#include <QSet>

namespace sb::ydt1363 {

/// A pack (or a master with its packs) on a YD/T 1363 line: finds requests to its addresses among everything
/// that is said there, and answers; damaged ones, unknown versions and unknown commands as the standard says.
/// Written from the protocol's description alone.
class SimulatedStation : public SimulatedDevice
{
public:
    struct Manner
    {
        char start = '~';      ///< of requests that it hears
        char replyStart = '~'; ///< of its replies
        int version = 0x20;
        QSet<int> devices; ///< classes that it answers for; others get code E1
        int turnaroundMs = 20;
    };

    SimulatedStation(Manner manner, QSet<int> addresses)
        : m_manner(std::move(manner))
        , m_addresses(std::move(addresses))
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    QHash<int, int> refuses; ///< command -> return code, without doing anything
    QSet<int> ignores;       ///< commands that are confirmed without effect, as far as the board has any
    bool isSilent = false;
    bool checksVersion = true; ///< false: answers in its own, whatever it is asked in

protected:
    struct Command
    {
        int address;
        int device;
        int code;
        QByteArray info;
    };
    struct Answer
    {
        int code = 0; ///< return code
        QByteArray info;
        bool isSilent = false;
    };
    [[nodiscard]] virtual Answer answer(const Command &command) = 0;
    static Answer refusal(int code) { return {code, {}, false}; }

    static void put8(QByteArray &to, qint64 value);
    static void put16(QByteArray &to, qint64 value); ///< high byte first
    /// Exactly \a size characters.
    static void putText(QByteArray &to, const QByteArray &text, int size, char filler = ' ');

private:
    [[nodiscard]] QByteArray reply(int address, int device, const Answer &answer) const;
    void heard(const QByteArray &line, std::vector<SimulatedReply> &replies);

    Manner m_manner;
    QSet<int> m_addresses;
    QByteArray m_line;
};

} // namespace sb::ydt1363
