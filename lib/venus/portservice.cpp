// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/portservice.h"

#include "venus/bus.h"

#include <QDBusConnectionInterface>
#include <QPointer>

namespace sb {

const QString PortService::name = QStringLiteral("org.serialbattery.Service");
const QString PortService::path = QStringLiteral("/org/serialbattery/Service");

PortService::PortService(BusClient &client, Handlers handlers, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_handlers(std::move(handlers))
{
    new PortAdaptor(this);
}

PortService::~PortService()
{
    if (!m_started)
        return;
    m_client.connection().unregisterService(name);
    m_client.connection().unregisterObject(path);
}

bool PortService::start(QString *error)
{
    QDBusConnection &bus = m_client.connection();
    bus.registerObject(path, this, QDBusConnection::ExportAdaptors);
    const auto reply =
        bus.interface() ? bus.interface()->registerService(name, QDBusConnectionInterface::DontQueueService,
                                                           QDBusConnectionInterface::DontAllowReplacement)
                        : QDBusReply<QDBusConnectionInterface::RegisterServiceReply>(bus.lastError());
    m_started = reply.isValid() && reply.value() == QDBusConnectionInterface::ServiceRegistered;
    if (!m_started) {
        bus.unregisterObject(path);
        *error = reply.isValid() ? tr("another SerialBattery service takes the ports that are offered")
                                 : busError(m_client.bus(), reply.error());
    }
    return m_started;
}

int PortService::offer(const QString &port, const QDBusMessage &message)
{
    if (m_offered.contains(port) || port.isEmpty() || !m_handlers.offer)
        return OfferRefused;
    auto watcher = std::make_unique<NameWatcher>(m_client, message.service());
    connect(
        watcher.get(), &NameWatcher::ownerChanged, this,
        [this, port](const QString &owner) {
            if (!owner.isEmpty() || m_offered.erase(port) == 0)
                return;
            if (m_handlers.withdraw)
                m_handlers.withdraw(port);
        },
        Qt::QueuedConnection); // it deletes the watcher
    m_offered.emplace(port, std::move(watcher));
    const LateReply reply(this, m_client.connection(), message);
    m_handlers.offer(port, [self = QPointer(this), port, answer = reply.answer()](int code) {
        if (self && code != OfferTaken)
            self->m_offered.erase(port);
        answer(code);
    });
    return reply.returned();
}

void PortService::release(const QString &port, int exitCode)
{
    if (m_offered.erase(port) == 0)
        return;
    QDBusMessage signal = QDBusMessage::createSignal(path, name, QStringLiteral("PortReleased"));
    signal << port << exitCode;
    m_client.connection().send(signal);
}

} // namespace sb
