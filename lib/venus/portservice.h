// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/busclient.h"
#include "venus/busitem.h"

#include <map>
#include <memory>

namespace sb {

/// Replies of Offer.
enum OfferReply : int {
    OfferTaken = 0,   ///< the service uses the port until it says so or the caller is gone
    OfferNoBms = 1,   ///< nothing answered
    OfferRefused = 2, ///< not to be used, or in use already
};

/// org.serialbattery.Service: ports that a supervisor offers to the one running service. A port is the
/// caller's for as long as the caller lives: when it leaves the bus, it wants the port back.
class PortService : public QObject
{
    Q_OBJECT
public:
    static const QString name; ///< of service and interface
    static const QString path;

    struct Handlers
    {
        /// Answers once by an OfferReply, when it is known; a search may take a minute.
        std::function<void(const QString &port, const ItemTree::Reply &reply)> offer;
        /// The caller is gone: the port must be closed.
        std::function<void(const QString &port)> withdraw;
    };
    PortService(BusClient &client, Handlers handlers, QObject *parent = nullptr);
    ~PortService() override;

    /// Waits for the daemon: to be called at the start. \return false, with one line, where another service
    /// has the name; this one goes on without.
    [[nodiscard]] bool start(QString *error);
    /// The service does not use the port any more. \a exitCode is what the caller is to end with: 0 when a
    /// battery was there and was given up, 1 when none was found.
    void release(const QString &port, int exitCode);

    /// For the adaptor.
    int offer(const QString &port, const QDBusMessage &message);

private:
    BusClient &m_client;
    Handlers m_handlers;
    std::map<QString, std::unique_ptr<NameWatcher>> m_offered; ///< by port: who offered it
    bool m_started = false;
};

class PortAdaptor : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.serialbattery.Service")
    Q_CLASSINFO("D-Bus Introspection",
                "  <interface name=\"org.serialbattery.Service\">\n"
                "    <method name=\"Offer\"><arg name=\"port\" type=\"s\" direction=\"in\"/>"
                "<arg type=\"i\" direction=\"out\"/></method>\n"
                "    <signal name=\"PortReleased\"><arg name=\"port\" type=\"s\"/>"
                "<arg name=\"exitCode\" type=\"i\"/></signal>\n"
                "  </interface>\n")
public:
    explicit PortAdaptor(PortService *service)
        : QDBusAbstractAdaptor(service)
        , m_service(*service)
    {}

public slots:
    int Offer(const QString &port, const QDBusMessage &message) { return m_service.offer(port, message); }

private:
    PortService &m_service;
};

} // namespace sb
