// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "app/signals.h"
#include "venus/bus.h"
#include "venus/portservice.h"

#include <QCoreApplication>
#include <QDBusPendingCallWatcher>
#include <QProcess>
#include <QTimer>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("OfferCommand", text); }

/// A service that was started has its name by then.
constexpr int startMs = 15000;
/// A search for a BMS takes a minute, and its end some more.
constexpr int answerMs = 90000;

/// One port that is offered, until it is given back.
class Offer : public QObject
{
    Q_OBJECT
public:
    Offer(BusClient &client, QString port)
        : m_client(client)
        , m_watcher(client, PortService::name)
        , m_port(std::move(port))
    {
        m_starting.setSingleShot(true);
        m_starting.setInterval(startMs);
        connect(&m_starting, &QTimer::timeout, this, [this] {
            fail(tr("%1: no SerialBattery service came up (see its log, or start \"serialbattery run\")")
                     .arg(m_port));
        });
        connect(&m_watcher, &NameWatcher::ownerChanged, this, &Offer::onOwner);
        client.connection().connect(QString(), QStringLiteral("/org/freedesktop/DBus/Local"),
                                    QStringLiteral("org.freedesktop.DBus.Local"),
                                    QStringLiteral("Disconnected"), this, SLOT(onDisconnected()));
    }

private slots:
    void onDisconnected() { fail(tr("%1: the D-Bus daemon went away").arg(m_port)); }
    void onReleased(const QString &port, int exitCode)
    {
        if (port == m_port)
            QCoreApplication::exit(exitCode == 0 ? Done : Failed);
    }

private:
    void fail(const QString &reason)
    {
        console::error(reason);
        QCoreApplication::exit(Failed);
    }
    void onOwner(const QString &owner)
    {
        if (owner.isEmpty()) {
            if (m_offered)
                fail(tr("%1: the SerialBattery service ended").arg(m_port));
            else if (!m_starting.isActive())
                startService();
            return;
        }
        if (m_offered)
            return fail(tr("%1: the SerialBattery service was started anew").arg(m_port));
        m_starting.stop();
        m_offered = true;
        QDBusConnection &bus = m_client.connection();
        bus.connect(owner, PortService::path, PortService::name, QStringLiteral("PortReleased"), this,
                    SLOT(onReleased(QString, int)));
        QDBusMessage call = QDBusMessage::createMethodCall(owner, PortService::path, PortService::name,
                                                           QStringLiteral("Offer"));
        call << m_port;
        auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, answerMs), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this,
                [this, watcher] { onAnswer(watcher->reply()); });
    }
    void startService()
    {
        m_starting.start();
        if (!QProcess::startDetached(
                QCoreApplication::applicationFilePath(),
                {QStringLiteral("run"), QStringLiteral("--bus"), resolvedBus(m_client.bus())}))
            fail(tr("%1: the SerialBattery service can't be started").arg(m_port));
    }
    void onAnswer(const QDBusMessage &reply)
    {
        if (reply.type() == QDBusMessage::ErrorMessage)
            return fail(tr("%1: the SerialBattery service does not answer: %2")
                            .arg(m_port, reply.errorMessage().simplified()));
        switch (reply.arguments().value(0).toInt()) {
        case OfferTaken:
            return; // until it comes back
        case OfferNoBms:
            return fail(tr("%1: no BMS answered").arg(m_port));
        default:
            // As with a port that is excluded: another program may have it.
            console::error(tr("%1: the SerialBattery service does not want this port").arg(m_port));
            QCoreApplication::exit(Done);
        }
    }

    BusClient &m_client;
    NameWatcher m_watcher;
    QString m_port;
    QTimer m_starting;
    bool m_offered = false;
};

} // namespace

int offerCommand(const QStringList &arguments, Environment &)
{
    Options options(
        QStringLiteral("offer PORT [--bus BUS]"),
        tr("For programs that start one program per port: hands the port to the running service,\n"
           "starts one if there is none, and lives for as long as the service uses the port."));
    options.value(QStringLiteral("bus"), QStringLiteral("BUS"), tr("system, session or an address."));
    if (const auto code = options.parse(arguments))
        return *code;
    const QStringList words = options.positional();
    if (words.size() != 1) {
        console::error(tr("offer: name one port, such as /dev/ttyUSB0"));
        return WrongUse;
    }
    // Starters name the device without its folder.
    const QString port =
        words.first().contains(QLatin1Char('/')) ? words.first() : QStringLiteral("/dev/") + words.first();
    BusClient client(options.value(QStringLiteral("bus")));
    if (!client.connection().isConnected()) {
        console::error(busError(client.bus(), client.connection().lastError()));
        return Unusable;
    }
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted,
                     [&] { QCoreApplication::exit(processSignals.exitCode()); });
    const Offer offer(client, port);
    return QCoreApplication::exec();
}

} // namespace sb

#include "offer.moc"
