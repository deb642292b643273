// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/settingsstore.h"

#include "venus/identitystore.h"

#include <QLoggingCategory>
#include <QSet>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logSettings, "serialbattery.venus", QtInfoMsg)

const QString devices = QStringLiteral("/Settings/Devices");
const QString prefix = QStringLiteral("serialbattery_");
const QString batteryName = QStringLiteral("com.victronenergy.battery.");

Count secondsOf(const QVariant &value)
{
    bool ok = false;
    const qint64 number = value.toLongLong(&ok);
    return ok && number >= 0 ? Count(number) : std::nullopt;
}

Number percentOf(const QVariant &value)
{
    bool ok = false;
    const double number = value.toDouble(&ok);
    return ok && number >= 0 && number <= 100 ? Number(number) : std::nullopt;
}

} // namespace

const std::array<SettingsStore::NameInfo, SettingsStore::NameCount> SettingsStore::names = {{
    {"ClassAndVrmInstance", QMetaType::QString, false},
    {"UniqueIdentifier", QMetaType::QString, false},
    {"CustomName", QMetaType::QString, false},
    {"LastSeen", QMetaType::Int, false},
    {"AllowMaxVoltage", QMetaType::Int, false},
    {"MaxVoltageStartTime", QMetaType::QString, false},
    {"SocCalc", QMetaType::Double, true},
    {"SocResetLastReached", QMetaType::Int, false},
    {"HistoryValues", QMetaType::QString, true},
}};

std::optional<int> instanceOf(const QVariant &classAndInstance)
{
    const QString text = classAndInstance.toString();
    bool ok = false;
    const int number = text.section(QLatin1Char(':'), 1).toInt(&ok);
    return ok && number >= 0 && text.startsWith(QLatin1String("battery:")) ? std::optional<int>(number)
                                                                           : std::nullopt;
}

SettingsStore::SettingsStore(SettingsClient &client, StoreRhythm &rhythm, VolatileMemory memory,
                             QString uniqueId, QString defaultName)
    : DeviceStore(rhythm, std::move(memory))
    , m_client(client)
    , m_uniqueId(std::move(uniqueId))
    , m_defaultName(std::move(defaultName))
    , m_group(devices + QLatin1Char('/') + prefix + m_uniqueId.toUpper())
{
    for (size_t name = 0; name < NameCount; ++name)
        m_types[name] = names[name].type;
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &SettingsStore::begin);
}

SettingsStore::~SettingsStore()
{
    m_client.unwatch(path(Instance));
    m_client.unwatch(path(CustomName));
}

QString SettingsStore::path(Name name) const
{
    return m_group + QLatin1Char('/') + QLatin1String(names[name].name);
}

void SettingsStore::open()
{
    m_client.watch(path(Instance));
    m_client.watch(path(CustomName));
    connect(&m_client, &SettingsClient::appeared, this, &SettingsStore::begin);
    connect(&m_client, &SettingsClient::vanished, this, &SettingsStore::onVanished);
    connect(&m_client, &SettingsClient::changed, this, &SettingsStore::onChanged);
    if (m_client.isThere())
        begin();
}

void SettingsStore::onVanished()
{
    ++m_round;
    m_ready = false;
    m_retry.stop();
}

void SettingsStore::later(int ms)
{
    ++m_round;
    m_ready = false;
    m_retry.start(ms);
}

void SettingsStore::begin()
{
    if (!m_client.isThere())
        return; // it is waited for
    const quint64 round = ++m_round;
    m_ready = false;
    m_client.getValue(devices, this, [this, round](SettingsClient::Result result, const QVariant &value) {
        if (round != m_round)
            return;
        if (result == SettingsClient::Result::NoAnswer)
            later(retryMs);
        else
            plan(value.toMap());
    });
}

std::vector<SettingsStore::Group> SettingsStore::groupsIn(const QVariantMap &tree)
{
    std::vector<Group> groups;
    for (auto it = tree.begin(); it != tree.end(); ++it) {
        const QString group = it.key().section(QLatin1Char('/'), 0, 0);
        const QString name = it.key().section(QLatin1Char('/'), 1);
        if (!group.startsWith(prefix) || name.isEmpty())
            continue;
        if (groups.empty() || groups.back().name != group)
            groups.push_back({group, {}});
        for (size_t n = 0; n < NameCount; ++n) {
            if (name == QLatin1String(names[n].name))
                groups.back().values[n] = it.value();
        }
    }
    return groups;
}

void SettingsStore::plan(const QVariantMap &tree)
{
    const std::vector<Group> groups = groupsIn(tree);
    const QString own = m_group.mid(devices.size() + 1);
    const auto isOurs = [&](const Group &group) {
        const QString id = group.values[Identifier].toString();
        return id.isEmpty() ? group.name == own : cleanIdentifier(id) == m_uniqueId;
    };
    const auto seen = [](const Group &group) { return secondsOf(group.values[LastSeen]); };

    m_there = {};
    const Group *newest = nullptr;
    for (const Group &group : groups) {
        if (isOurs(group) && (!newest || seen(group).value_or(0) >= seen(*newest).value_or(0)))
            newest = &group;
        if (group.name != own)
            continue;
        m_there = group.values;
        for (size_t n = 0; n < NameCount; ++n) {
            // A setting keeps the type it was made with.
            const int type = group.values[n].metaType().id();
            if (type == QMetaType::Int || type == QMetaType::Double || type == QMetaType::QString)
                m_types[n] = static_cast<QMetaType::Type>(type);
            else if (type == QMetaType::LongLong)
                m_types[n] = QMetaType::Int;
        }
    }
    if (newest && !isOpen())
        m_found = newest->values;

    const qint64 now = wallSecond();
    // Where we were away for as long ourselves, so was the whole system: nothing is known of the others.
    const auto isStale = [&](const Group &group) { return seen(group) && now - *seen(group) > staleS; };
    const bool systemSlept = newest && isStale(*newest);
    QStringList remove;
    std::vector<Group> candidates;
    for (const Group &group : groups) {
        if (isOurs(group)) {
            // Of an older version; its instance is free for the group of today only when it is gone.
            if (group.name != own)
                remove.append(group.name);
        } else if (isStale(group) && !systemSlept) {
            remove.append(group.name);
        } else if (!seen(group) && group.values[Identifier].toString().isEmpty()) {
            candidates.push_back(group);
        }
    }
    const quint64 round = m_round;
    const auto goOn = [this, round] {
        if (round == m_round)
            add();
    };
    if (candidates.empty())
        removeGroups(remove, goOn);
    else
        removeUnused(candidates, [this, remove, goOn] { removeGroups(remove, goOn); });
}

void SettingsStore::removeUnused(const std::vector<Group> &candidates, std::function<void()> then)
{
    struct Search
    {
        QSet<int> used;
        qsizetype open = 0;
    };
    const auto search = std::make_shared<Search>();
    const auto finish = [this, candidates, search, then = std::move(then)] {
        QStringList remove;
        for (const Group &group : candidates) {
            const auto instance = instanceOf(group.values[Instance]);
            if (instance && !search->used.contains(*instance))
                remove.append(group.name);
        }
        removeGroups(remove, then);
    };
    const QString daemon = QStringLiteral("org.freedesktop.DBus");
    BusClient &bus = m_client.client();
    bus.call(daemon, QStringLiteral("/org/freedesktop/DBus"), "org.freedesktop.DBus", "ListNames", {}, this,
             [this, &bus, search, finish](const QDBusMessage &reply) {
                 if (reply.type() != QDBusMessage::ReplyMessage)
                     return later(retryMs);
                 QStringList services = reply.arguments().value(0).toStringList();
                 services.removeIf([](const QString &name) { return !name.startsWith(batteryName); });
                 search->open = services.size();
                 if (services.isEmpty())
                     finish();
                 for (const QString &service : std::as_const(services)) {
                     bus.call(service, QStringLiteral("/DeviceInstance"), "com.victronenergy.BusItem",
                              "GetValue", {}, this, [search, finish](const QDBusMessage &answer) {
                                  search->used.insert(plainValue(answer.arguments().value(0)).toInt());
                                  if (--search->open == 0)
                                      finish();
                              });
                 }
             });
}

void SettingsStore::removeGroups(const QStringList &groups, const std::function<void()> &then)
{
    if (groups.isEmpty()) {
        then();
        return;
    }
    QStringList all;
    for (const NameInfo &info : names)
        all.append(QLatin1String(info.name));
    const auto open = std::make_shared<qsizetype>(groups.size());
    for (const QString &group : groups) {
        qCInfo(logSettings, "%s: entry %s is of no battery that is in use, removed",
               qUtf8Printable(m_uniqueId), qUtf8Printable(group));
        m_client.removeSettings(devices + QLatin1Char('/') + group, all, this, [open, then] {
            if (--*open == 0)
                then();
        });
    }
}

StoredBattery SettingsStore::wanted() const
{
    if (isOpen())
        return stored();
    StoredBattery battery;
    battery.instance = instanceOf(m_found[Instance]).value_or(1);
    battery.customName = m_found[CustomName].metaType().id() == QMetaType::QString
                             ? busText(m_found[CustomName].toString())
                             : m_defaultName;
    if (const auto allow = secondsOf(m_found[AllowMaxVoltage]))
        battery.charge.allowMaxVoltage = *allow != 0;
    // An old text setting says "" for none, one that is a number 0.
    const Count start = secondsOf(m_found[MaxVoltageStart]);
    battery.charge.maxVoltageStart = start && *start > 0 ? start : std::nullopt;
    battery.charge.countedSoc = percentOf(m_found[SocCalc]);
    battery.charge.lastReset = secondsOf(m_found[LastReset]);
    battery.charge.setHistoryText(m_found[History].toString());
    return battery;
}

QVariant SettingsStore::typed(Name name, const QVariant &value) const
{
    switch (m_types[name]) {
    case QMetaType::Int: {
        bool ok = false;
        const qint64 number = value.toLongLong(&ok);
        // The service fails in the middle of a list with more.
        return ok && number >= 0 && number <= std::numeric_limits<int>::max()
                   ? QVariant(static_cast<int>(number))
               : value.toString().isEmpty() ? QVariant(0)
                                            : QVariant();
    }
    case QMetaType::Double: {
        bool ok = false;
        const double number = value.toDouble(&ok);
        return ok && std::isfinite(number) ? QVariant(number) : QVariant();
    }
    default:
        return value.metaType().id() == QMetaType::Double
                   ? QVariant(QString::number(value.toDouble(), 'g', 10))
                   : QVariant(value.toString());
    }
}

void SettingsStore::add()
{
    const StoredBattery battery = wanted();
    QList<SettingsClient::Setting> settings;
    const auto setting = [&](Name name, const QVariant &value, double maximum = 0) {
        const QVariant given = typed(name, value);
        if (given.isValid())
            settings.append({path(name), given, 0, maximum, names[name].silent});
    };
    setting(Instance, QStringLiteral("battery:%1").arg(battery.instance));
    setting(Identifier, m_uniqueId);
    setting(CustomName, battery.customName);
    setting(LastSeen, m_there[LastSeen].isValid() ? m_there[LastSeen] : QVariant(wallSecond()));
    setting(AllowMaxVoltage, battery.charge.allowMaxVoltage.value_or(true) ? 1 : 0);
    setting(MaxVoltageStart,
            battery.charge.maxVoltageStart ? QString::number(*battery.charge.maxVoltageStart) : QString());
    // There is no value for "unknown", so it is made when there is one.
    if (battery.charge.countedSoc)
        setting(SocCalc, *battery.charge.countedSoc, m_types[SocCalc] == QMetaType::Double ? 100 : 0);
    setting(LastReset, battery.charge.lastReset.value_or(0));
    setting(History, battery.charge.historyText());
    const quint64 round = m_round;
    m_client.addSettings(
        settings, this,
        [this, round](SettingsClient::Result result, const QHash<QString, SettingsClient::Added> &added) {
            if (round == m_round)
                onAdded(result, added);
        });
}

void SettingsStore::onAdded(SettingsClient::Result result, const QHash<QString, SettingsClient::Added> &added)
{
    const SettingsClient::Added instance = added.value(path(Instance), {-1, {}});
    bool ok = false;
    // Of another class the number serves until the service has answered with one of ours.
    const int number = instance.value.toString().section(QLatin1Char(':'), 1).toInt(&ok);
    if (result != SettingsClient::Result::Done || instance.error != 0 || !ok) {
        if (!std::exchange(m_warned, true))
            qCWarning(logSettings,
                      "%s: the settings service gives no device instance (error %d), it is asked again",
                      qUtf8Printable(m_uniqueId), instance.error);
        later(retryMs);
        return;
    }
    m_warned = false;
    StoredBattery battery = wanted();
    const std::optional<qint64> seen = secondsOf(m_found[LastSeen]);
    for (size_t n = 0; n < NameCount; ++n) {
        const auto it = added.constFind(path(static_cast<Name>(n)));
        if (it == added.cend())
            continue;
        m_there[n] = it->error == 0 ? it->value : QVariant();
        if (it->error != 0)
            qCWarning(logSettings, "%s: %s is not stored, the settings service answers %d",
                      qUtf8Printable(m_uniqueId), names[n].name, it->error);
    }
    m_ready = true;
    set(LastSeen, wallSecond());
    if (isOpen()) {
        showInstance(number);
        if (m_there[CustomName].metaType().id() == QMetaType::QString)
            showCustomName(busText(m_there[CustomName].toString()));
        flush();
        return;
    }
    // An entry of an older version was taken over by one that had other values, or one of another class.
    set(CustomName, battery.customName);
    if (m_found[Instance].isValid() && battery.instance != number)
        set(Instance, QStringLiteral("battery:%1").arg(battery.instance));
    battery.instance = number;
    setOpened(std::move(battery), seen);
    flush();
}

void SettingsStore::onChanged(const QString &changedPath, const QVariant &value)
{
    if (!m_ready)
        return;
    if (changedPath == path(Instance)) {
        if (!value.isValid()) {
            m_there = {};
            later(renewMs);
            return;
        }
        m_there[Instance] = value;
        if (const auto instance = instanceOf(value))
            showInstance(*instance);
        else
            qCWarning(logSettings, "%s: %s is no battery; the instance stays %d", qUtf8Printable(m_uniqueId),
                      qUtf8Printable(value.toString()), stored().instance);
    } else if (changedPath == path(CustomName) && value.metaType().id() == QMetaType::QString) {
        m_there[CustomName] = value;
        showCustomName(busText(value.toString()));
    }
}

void SettingsStore::set(Name name, const QVariant &value, const std::function<void(bool)> &done)
{
    const QVariant given = typed(name, value);
    const auto tell = [done](bool ok) {
        if (done)
            done(ok);
    };
    if (!m_ready || !given.isValid() || given == m_there[name]) {
        tell(m_ready && given.isValid());
        return;
    }
    const QVariant before = std::exchange(m_there[name], given);
    const quint64 round = m_round;
    const auto answered = [this, name, before, round, tell](SettingsClient::Result result) {
        if (result != SettingsClient::Result::Done && round == m_round) {
            m_there[name] = before; // the next rhythm tries again
            if (!std::exchange(m_warned, true))
                qCWarning(logSettings, "%s: %s can't be stored, the settings service %s",
                          qUtf8Printable(m_uniqueId), names[name].name,
                          result == SettingsClient::Result::Refused ? "refuses it" : "does not answer");
        }
        tell(result == SettingsClient::Result::Done);
    };
    if (before.isValid()) {
        m_client.setValue(path(name), given, this, answered);
        return;
    }
    const bool limited = name == SocCalc && m_types[name] == QMetaType::Double;
    m_client.addSettings({{path(name), given, 0, limited ? 100.0 : 0.0, names[name].silent}}, this,
                         [answered, at = path(name)](SettingsClient::Result result,
                                                     const QHash<QString, SettingsClient::Added> &added) {
                             const bool refused = result == SettingsClient::Result::Done &&
                                                  added.value(at, {-1, {}}).error != 0;
                             answered(refused ? SettingsClient::Result::Refused : result);
                         });
}

void SettingsStore::setCustomName(const QString &name, const Reply &reply)
{
    set(CustomName, name, [this, name, reply](bool ok) {
        if (ok)
            showCustomName(name);
        reply(ok ? ItemAccepted : ItemRefused);
    });
}

void SettingsStore::write()
{
    if (!m_ready)
        return; // when the service is back
    const ChargeMemory &charge = stored().charge;
    set(AllowMaxVoltage, charge.allowMaxVoltage.value_or(true) ? 1 : 0);
    set(MaxVoltageStart, charge.maxVoltageStart ? QString::number(*charge.maxVoltageStart) : QString());
    if (charge.countedSoc)
        set(SocCalc, *charge.countedSoc);
    set(LastReset, charge.lastReset.value_or(0));
    set(History, charge.historyText());
    const Count seen = secondsOf(m_there[LastSeen]);
    if (!seen || std::abs(wallSecond() - *seen) >= seenEveryS)
        set(LastSeen, wallSecond());
}

} // namespace sb
