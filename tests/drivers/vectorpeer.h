// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

#include <QJsonArray>

namespace sb {

/// The device of a vector case: answers what the case has an answer for, and is silent otherwise.
class VectorPeer
{
public:
    VectorPeer(TransportKind transport, const QJsonArray &exchanges);

    /// Bytes or frames of a request as the vector files write them; empty where the request only listens.
    [[nodiscard]] static QStringList textOf(const Request &request);

    /// What the device says before anybody asked it.
    void speakFirst(Driver &driver, Update &update);
    /// Asks the device, with all the tries of the request.
    StepResult ask(Driver &driver, const Request &request, Update &update);

    /// Exchanges that were asked for until now.
    [[nodiscard]] int asked() const;
    /// There are questions in the case that nobody asked.
    [[nodiscard]] bool hasUnasked() const;
    /// What the device said, or its silence where the case wants that, did not make a complete reply.
    [[nodiscard]] bool hasFailed() const { return m_failed; }

private:
    struct Exchange
    {
        QString tx; ///< empty: the device speaks by itself
        QStringList rx;
        bool used = false;
    };
    [[nodiscard]] int find(const QStringList &wanted, bool unusedOnly) const;
    [[nodiscard]] int findPieces(const QStringList &wanted, bool unusedOnly) const;
    /// The chunks of an exchange, and of those that the driver's acknowledges ask for.
    Reply chunks(Driver &driver, size_t at, const Request *pending, Update &update);
    Reply say(Driver &driver, size_t at, const Request *pending, Update &update);
    Reply hear(Driver &driver, const QString &chunk, const Request *pending, Update &update) const;

    TransportKind m_transport;
    std::vector<Exchange> m_exchanges;
    bool m_failed = false;
};

} // namespace sb
