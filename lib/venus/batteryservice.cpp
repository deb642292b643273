// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/batteryservice.h"

#include "venus/bus.h"

#include <QDBusConnectionInterface>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QSet>
#include <QTimer>

namespace sb {

BatteryService::BatteryService(const BatteryModel &model, ServiceIdentity identity, Commands commands,
                               QObject *parent)
    : QObject(parent)
    , m_model(model)
    , m_identity(std::move(identity))
    , m_commands(std::move(commands))
    , m_items(m_identity)
    , m_connection(QString())
{
    registerItemTypes();
    addWriters();
    new LeafAdaptor(&m_leafObject, m_items.tree(), m_connection);
    new TreeAdaptor(&m_treeObject, m_items.tree());
    new RootAdaptor(&m_rootObject, m_items.tree());
    new BatteryAdaptor(&m_rootObject, *this, m_commands, m_connection);
}

BatteryService::~BatteryService() { stop(); }

void BatteryService::addWriters()
{
    ItemTree &tree = m_items.tree();
    tree.setWriteHandler(m_items.customName, [this](const QVariant &value, const Reply &reply) {
        if (!m_commands.setCustomName) {
            reply(ItemRefused);
            return;
        }
        const QString name = value.toString();
        m_commands.setCustomName(name, [self = QPointer(this), name, reply](int code) {
            if (self && code == ItemAccepted)
                self->setCustomName(name);
            reply(code);
        });
    });
    tree.setWriteHandler(m_items.mode, [this](const QVariant &value, const Reply &reply) {
        writeMode(value.toInt(), inTime(reply));
    });
    for (const BatteryItems::Switch &each : m_items.switches)
        addSwitchWriter(each);
    constexpr int historyParts = 7;
    addButton(m_items.clearHistory, historyParts, [this](int part, const Reply &reply) {
        if (m_commands.clearHistory)
            m_commands.clearHistory(part, reply);
        else
            reply(ItemRefused);
    });
    if (m_items.resetSocTo < 0)
        return;
    tree.setWriteHandler(m_items.resetSocTo, [this](const QVariant &value, const Reply &reply) {
        const int percent = value.toInt();
        const bool fits = percent >= 0 && percent <= 100;
        if (fits) {
            m_items.tree().setInteger(m_items.resetSocTo, percent);
            flushSoon();
        }
        reply(fits ? ItemAccepted : ItemRefused);
    });
    addButton(m_items.resetSocToApply, 1, [this](int, const Reply &reply) {
        if (m_commands.setSoc)
            m_commands.setSoc(m_items.tree().value(m_items.resetSocTo).toDouble(), reply);
        else
            reply(ItemRefused);
    });
}

void BatteryService::addSwitchWriter(const BatteryItems::Switch &each)
{
    m_items.tree().setWriteHandler(each.item, [this, each](const QVariant &value, const Reply &reply) {
        const int off = value.toInt();
        if (off != 0 && off != 1) {
            reply(ItemRefused);
            return;
        }
        const Reply answer = inTime(reply);
        send(each.word, off == 1 ? "off" : "on", [this, answer, item = each.item, off](bool done) {
            if (done) {
                m_items.tree().setInteger(item, off);
                flushSoon();
            }
            answer(done ? ItemAccepted : ItemRefused);
        });
    });
}

void BatteryService::addButton(int item, int most, std::function<void(int, const Reply &)> action)
{
    m_items.tree().setWriteHandler(
        item, [this, item, most, action](const QVariant &value, const Reply &reply) {
            const int pressed = value.toInt();
            // Its rest position is always right.
            if (pressed <= 0 || pressed > most) {
                reply(pressed == 0 ? ItemAccepted : ItemRefused);
                return;
            }
            action(pressed, inTime([self = QPointer(this), item, pressed, reply](int code) {
                       if (self && code == ItemAccepted) {
                           self->m_items.tree().setInteger(item, pressed);
                           self->flushSoon();
                           QTimer::singleShot(buttonMs, self, [self, item] {
                               self->m_items.tree().setInteger(item, 0);
                               self->flush();
                           });
                       }
                       reply(code);
                   }));
        });
}

void BatteryService::writeMode(int mode, const Reply &reply)
{
    constexpr int on = 3;
    constexpr int standby = 252;
    const auto switchable = [this](Control control) {
        return std::any_of(m_items.switches.begin(), m_items.switches.end(),
                           [&](const BatteryItems::Switch &each) { return each.control == control; });
    };
    if ((mode != on && mode != standby) || !switchable(Control::Charge) || !switchable(Control::Discharge)) {
        reply(ItemRefused);
        return;
    }
    const char *value = mode == on ? "on" : "off";
    send("charge", value, [this, mode, value, reply](bool charge) {
        if (!charge) {
            reply(ItemRefused);
            return;
        }
        send("discharge", value, [this, mode, reply](bool discharge) {
            if (discharge) {
                m_items.tree().setInteger(m_items.mode, mode);
                for (const BatteryItems::Switch &each : m_items.switches) {
                    if (each.control == Control::Charge || each.control == Control::Discharge)
                        m_items.tree().setInteger(each.item, mode == on ? 0 : 1);
                }
                flushSoon();
            } else {
                // Half of it is neither mode.
                send("charge", mode == on ? "off" : "on", [](bool) {});
            }
            reply(discharge ? ItemAccepted : ItemRefused);
        });
    });
}

void BatteryService::send(const char *word, const char *value, std::function<void(bool)> done)
{
    if (!m_commands.command) {
        done(false);
        return;
    }
    m_commands.command(QLatin1String(word), QString(QLatin1String(value)),
                       [self = QPointer(this), done = std::move(done)](int code) {
                           if (self)
                               done(code == ItemAccepted);
                       });
}

BatteryService::Reply BatteryService::inTime(const Reply &reply)
{
    auto *timer = new QTimer(this);
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, this, [reply, timer] {
        timer->deleteLater();
        reply(ItemRefused);
    });
    timer->start(writeTimeoutMs);
    // What comes too late still reaches the handler, which shows it; the caller keeps the first answer.
    return [reply, timer = QPointer(timer)](int code) {
        delete timer.data();
        reply(code);
    };
}

void BatteryService::setCustomName(const QString &name)
{
    m_identity.customName = name;
    m_items.tree().setText(m_items.customName, name);
    flushSoon();
}

void BatteryService::setDeviceInstance(int instance)
{
    Q_ASSERT(!m_started);
    m_identity.deviceInstance = instance;
    m_items.tree().setInteger(m_items.deviceInstance, instance);
}

bool BatteryService::start(const QString &bus, const BatteryValues &values, QString *error)
{
    stop();
    m_connection = connectBus(bus, m_identity.serviceName);
    if (!m_connection.isConnected()) {
        *error = busError(bus, m_connection.lastError());
        disconnectBus();
        return false;
    }
    m_values = values;
    m_items.fill(values);
    m_items.tree().clearChanges();
    QSet<QString> folders;
    for (const QString &path : m_items.tree().paths()) {
        m_connection.registerObject(path, &m_leafObject, QDBusConnection::ExportAdaptors);
        for (qsizetype at = path.lastIndexOf(QLatin1Char('/')); at > 0;
             at = path.lastIndexOf(QLatin1Char('/'), at - 1))
            folders.insert(path.left(at));
    }
    for (const QString &folder : std::as_const(folders))
        m_connection.registerObject(folder, &m_treeObject, QDBusConnection::ExportAdaptors);
    m_connection.registerObject(QStringLiteral("/"), &m_rootObject, QDBusConnection::ExportAdaptors);
    m_connection.connect(QString(), QStringLiteral("/org/freedesktop/DBus/Local"),
                         QStringLiteral("org.freedesktop.DBus.Local"), QStringLiteral("Disconnected"), this,
                         SLOT(onDisconnected()));
    const auto reply = m_connection.interface()->registerService(
        m_identity.serviceName, QDBusConnectionInterface::DontQueueService,
        QDBusConnectionInterface::DontAllowReplacement);
    if (!reply.isValid() || reply.value() != QDBusConnectionInterface::ServiceRegistered) {
        *error =
            reply.isValid()
                ? tr("%1: the name is taken: another program publishes this port").arg(m_identity.serviceName)
                : busError(bus, reply.error());
        disconnectBus();
        return false;
    }
    connect(m_connection.interface(), &QDBusConnectionInterface::serviceUnregistered, this,
            [this](const QString &name) {
                if (m_started && name == m_identity.serviceName)
                    emit nameLost();
            });
    m_started = true;
    return true;
}

void BatteryService::stop()
{
    if (!m_started)
        return;
    m_started = false;
    // What the old connection still has to tell is not about the name that the next start gets.
    m_connection.interface()->disconnect(this);
    // Readers react to the name alone; it goes first.
    m_connection.unregisterService(m_identity.serviceName);
    disconnectBus();
}

void BatteryService::disconnectBus()
{
    m_connection = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(m_identity.serviceName);
}

void BatteryService::onDisconnected()
{
    if (m_started)
        emit busLost();
}

void BatteryService::publish(const BatteryValues &values)
{
    m_values = values;
    m_items.fill(values);
    flush();
}

void BatteryService::flushSoon()
{
    // Behind the reply of the write that caused it, and with whatever else changes in this moment.
    QMetaObject::invokeMethod(this, &BatteryService::flush, Qt::QueuedConnection);
}

void BatteryService::flush()
{
    if (m_items.tree().changes().empty())
        return;
    if (m_started && !m_identity.changesPerItem) {
        QDBusMessage message = QDBusMessage::createSignal(
            QStringLiteral("/"), QStringLiteral("com.victronenergy.BusItem"), QStringLiteral("ItemsChanged"));
        message << QVariant::fromValue(ItemsView{&m_items.tree(), true});
        m_connection.send(message);
    } else if (m_started) {
        for (const int item : m_items.tree().changes()) {
            QDBusMessage message = QDBusMessage::createSignal(m_items.tree().path(item),
                                                              QStringLiteral("com.victronenergy.BusItem"),
                                                              QStringLiteral("PropertiesChanged"));
            message << m_items.tree().properties(item);
            m_connection.send(message);
        }
    }
    m_items.tree().clearChanges();
}

QJsonObject BatteryService::toJson() const
{
    QJsonObject object = m_model.toJson();
    object.insert(QStringLiteral("service"), m_identity.serviceName);
    object.insert(QStringLiteral("deviceInstance"), m_identity.deviceInstance);
    if (!object.contains(QStringLiteral("uniqueId")))
        object.insert(QStringLiteral("uniqueId"), m_identity.uniqueId);
    QJsonObject limits;
    const auto number = [&limits](const char *key, const Number &value) {
        if (value && std::isfinite(*value))
            limits.insert(QLatin1String(key), *value);
    };
    const auto text = [&limits](const char *key, const Text &value) {
        if (value)
            limits.insert(QLatin1String(key), *value);
    };
    number("chargeVoltage", m_values.chargeVoltage);
    number("chargeCurrent", m_values.chargeCurrent);
    number("dischargeCurrent", m_values.dischargeCurrent);
    text("chargeMode", m_values.chargeMode);
    text("chargeLimitReason", m_values.chargeLimitation);
    text("dischargeLimitReason", m_values.dischargeLimitation);
    if (m_commands.explain)
        limits.insert(QStringLiteral("explain"), m_commands.explain());
    if (!limits.isEmpty())
        object.insert(QStringLiteral("limits"), limits);
    return object;
}

QString BatteryAdaptor::GetJson() const
{
    return QString::fromUtf8(QJsonDocument(m_service.toJson()).toJson(QJsonDocument::Compact));
}

int BatteryAdaptor::Command(const QString &word, const QDBusVariant &value, const QDBusMessage &message)
{
    if (!m_commands.command)
        return ItemRefused;
    const LateReply reply(this, m_connection, message);
    m_commands.command(word, value.variant(), reply.answer());
    return reply.returned();
}

void BatteryAdaptor::Pause(uint minutes, const QDBusMessage &message)
{
    constexpr uint longest = 1440;
    if (m_commands.pause && minutes >= 1 && minutes <= longest) {
        m_commands.pause(static_cast<int>(minutes));
        return;
    }
    message.setDelayedReply(true);
    m_connection.send(
        m_commands.pause
            ? message.createErrorReply(QDBusError::InvalidArgs,
                                       tr("pause %1: 1 to %2 minutes").arg(minutes).arg(longest))
            : message.createErrorReply(QDBusError::NotSupported, tr("this battery can't be paused")));
}

} // namespace sb
