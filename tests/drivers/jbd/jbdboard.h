// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QMap>
#include <QSet>
#include <optional>

namespace sb {

/// A JBD board on paper: registers, settings mode, lock. It knows the protocol file and nothing of the
/// driver.
class JbdBoard
{
public:
    JbdBoard();

    /// Takes one whole request frame (classic form). \return the reply; empty: silence.
    QByteArray answer(const QByteArray &request);
    [[nodiscard]] static QByteArray reply(quint8 reg, quint8 status, const QByteArray &data);

    QMap<quint8, QByteArray> settings;  ///< as stored
    QMap<quint8, QByteArray> edited;    ///< written, not saved yet
    QMap<quint8, quint8> refusedWrites; ///< register to status
    QMap<quint8, quint8> refusedReads;
    QSet<quint8> silent;     ///< registers that get no answer
    QSet<quint8> ignored;    ///< confirmed, without effect
    bool freeReading = true; ///< settings can be read outside settings mode
    bool open = false;       ///< settings mode
    int saves = 0;
    int visits = 0;
    int inVisit = 0; ///< requests since the mode was opened
    int longestVisit = 0;
    quint8 lock = 0;
    quint8 protectedFets = 0; ///< held open by a protection, bits as in lock
    quint16 protection = 0;
    quint8 soc = 50;
    quint8 balanceTest = 3;

private:
    QByteArray basicInformation() const;
    QByteArray read(quint8 reg);
    QByteArray write(quint8 reg, const QByteArray &data);
};

} // namespace sb
