// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/batteryservice.h"

#include "venus/bus.h"

#include <QDBusConnectionInterface>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <array>
#include <cmath>

namespace sb {
namespace {

constexpr int productId = 0xBA77; // reserved by Victron for this family of drivers
constexpr size_t meanPolls = 300;
constexpr qint64 mostCells = 255;
constexpr int namedSensors = 4; // paths that exist
// What is beyond is a broken sensor; it is shown at the end that limits the current.
constexpr double coldestShown = -20;
constexpr double warmestShown = 100;

constexpr ItemFormat fixed(int decimals, const char *unit)
{
    return {ItemFormat::Kind::Fixed, decimals, unit};
}

template<typename T>
std::optional<qint64> integer(const std::optional<T> &value)
{
    return value ? std::optional<qint64>(static_cast<qint64>(*value)) : std::nullopt;
}

Number shownTemperature(const Number &value)
{
    return value ? Number(std::clamp(*value, coldestShown, warmestShown)) : std::nullopt;
}

} // namespace

QString connectedText(const ConnectionMonitor::Errors &errors)
{
    if (errors.count == 0)
        return QStringLiteral("Connected");
    return QStringLiteral("Connected (%1 errors in the last %2)")
        .arg(errors.count)
        .arg(durationText(errors.sinceMs / 1000));
}

QString lostText(qint64 lostMs, qint64 thresholdMs)
{
    return QStringLiteral("Lost for: %1 | Disconnect in: %2 | Threshold: %3")
        .arg(durationText(lostMs / 1000), durationText(std::max<qint64>(0, thresholdMs - lostMs) / 1000),
             durationText(thresholdMs / 1000));
}

QString durationText(qint64 seconds)
{
    struct Unit
    {
        qint64 length;
        char letter;
    };
    constexpr std::array<Unit, 4> units = {{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
    for (size_t i = 0; i < units.size(); ++i) {
        if (seconds < units[i].length && i + 1 < units.size())
            continue;
        QString text = QString::number(seconds / units[i].length) + QLatin1Char(units[i].letter);
        if (i + 1 < units.size()) {
            const qint64 rest = seconds % units[i].length / units[i + 1].length;
            if (rest > 0)
                text += QLatin1Char(' ') + QString::number(rest) + QLatin1Char(units[i + 1].letter);
        }
        return text;
    }
    return {};
}

/// The numbers of the items that are written at every poll.
struct BatteryService::Items
{
    int connectionInformation, state, mode, deviceState, hardwareVersion, deviceName, customName;
    int voltage, current, power, temperature, soc, soh, capacity, installed, consumed, currentAverage;
    int allowCharge, allowDischarge, allowBalance, allowHeat, balancing, heating;
    int cellCount, online, offline, blockingCharge, blockingDischarge;
    int minCell, maxCell, minCellId, maxCellId, minTemperature, maxTemperature, minTemperatureId,
        maxTemperatureId;
    int mosfet;
    int sum = -1; // there are none without single cells
    int difference = -1;
    std::array<int, namedSensors> sensors;
    std::vector<int> cells;
    std::vector<int> balances;
    std::array<int, alarmCount> alarms;
};

BatteryService::BatteryService(BatteryModel &model, const ConnectionMonitor &monitor,
                               ServiceIdentity identity, Commands commands, QObject *parent)
    : QObject(parent)
    , m_model(model)
    , m_monitor(monitor)
    , m_identity(std::move(identity))
    , m_commands(std::move(commands))
    , m_item(std::make_unique<Items>())
    , m_connection(QString())
{
    registerItemTypes();
    addItems();
    new LeafAdaptor(&m_leafObject, m_items, m_connection);
    new TreeAdaptor(&m_treeObject, m_items);
    new RootAdaptor(&m_rootObject, m_items);
    new BatteryAdaptor(&m_rootObject, *this, m_commands, m_connection);
}

BatteryService::~BatteryService() { stop(); }

void BatteryService::addItems()
{
    using enum ItemType;
    Items &i = *m_item;
    const auto text = [this](const char *path) { return m_items.add(QLatin1String(path), Text); };
    const auto whole = [this](const char *path) { return m_items.add(QLatin1String(path), Integer); };
    const auto real = [this](const char *path, ItemFormat format = {}, int roundTo = 2) {
        return m_items.add(QLatin1String(path), Double, format, roundTo);
    };

    m_items.setText(text("/Mgmt/ProcessName"), m_identity.processName);
    m_items.setText(text("/Mgmt/ProcessVersion"), m_identity.processVersion);
    m_items.setText(text("/Mgmt/Connection"), m_identity.connection);
    m_items.setInteger(whole("/DeviceInstance"), m_identity.deviceInstance);
    m_items.setInteger(m_items.add(QStringLiteral("/ProductId"), Integer, {ItemFormat::Kind::Hex, 0, ""}),
                       productId);
    // dbus-aggregate-batteries finds its batteries by this word.
    m_items.setText(text("/ProductName"),
                    QStringLiteral("SerialBattery %1 @ %2 (%3)")
                        .arg(m_identity.uniqueId, m_identity.port, m_identity.typeName));
    i.customName = text("/CustomName");
    m_items.setText(i.customName, m_identity.customName);
    m_items.setWriteHandler(i.customName, [this](const QVariant &value, const ItemTree::Reply &reply) {
        const QString name = value.toString();
        if (!m_commands.setCustomName || !m_commands.setCustomName(name)) {
            reply(ItemRefused);
            return;
        }
        m_items.setText(m_item->customName, name);
        reply(ItemAccepted);
        QMetaObject::invokeMethod(this, &BatteryService::flush, Qt::QueuedConnection);
    });
    m_items.setText(text("/Serial"), m_identity.uniqueId);
    i.deviceName = text("/DeviceName");
    m_items.setText(text("/Manufacturer"), m_identity.typeName);
    const int family = text("/Family");
    m_items.setText(text("/FirmwareVersion"), m_identity.processVersion);
    i.hardwareVersion = text("/HardwareVersion");
    m_items.setText(family, m_model.values().hardwareVersion);
    m_items.setInteger(whole("/Connected"), 1);
    i.connectionInformation = text("/ConnectionInformation");
    i.state = whole("/State");
    i.mode = whole("/Mode");
    i.deviceState = whole("/DeviceState");
    whole("/ErrorCode");

    i.voltage = real("/Dc/0/Voltage", fixed(2, "V"));
    i.current = real("/Dc/0/Current", fixed(2, "A"));
    i.power = real("/Dc/0/Power", fixed(0, "W"));
    i.temperature = real("/Dc/0/Temperature", {}, 1);
    i.soc = real("/Soc");
    i.soh = real("/Soh");
    i.capacity = real("/Capacity", fixed(2, "Ah"));
    i.installed = real("/InstalledCapacity", fixed(0, "Ah"));
    i.consumed = real("/ConsumedAmphours", fixed(0, "Ah"));
    i.currentAverage = real("/CurrentAvg", fixed(2, "A"));

    i.allowCharge = whole("/Io/AllowToCharge");
    i.allowDischarge = whole("/Io/AllowToDischarge");
    i.allowBalance = whole("/Io/AllowToBalance");
    i.allowHeat = whole("/Io/AllowToHeat");
    i.balancing = whole("/Balancing");
    i.heating = whole("/Heating");
    for (const char *path : {"/Info/HeatingCurrent", "/Info/HeatingPower", "/Info/HeatingTemperatureStart",
                             "/Info/HeatingTemperatureStop"})
        real(path);

    // While there is no charge control they stay invalid: a valid MaxChargeVoltage would say "I am a BMS".
    real("/Info/MaxChargeVoltage", fixed(2, "V"));
    real("/Info/MaxChargeCurrent", fixed(2, "A"), 3);
    real("/Info/MaxDischargeCurrent", fixed(2, "A"), 3);
    real("/Info/BatteryLowVoltage");

    i.cellCount = whole("/System/NrOfCellsPerBattery");
    i.online = whole("/System/NrOfModulesOnline");
    i.offline = whole("/System/NrOfModulesOffline");
    i.blockingCharge = whole("/System/NrOfModulesBlockingCharge");
    i.blockingDischarge = whole("/System/NrOfModulesBlockingDischarge");
    i.minCell = real("/System/MinCellVoltage", fixed(3, "V"), 3);
    i.maxCell = real("/System/MaxCellVoltage", fixed(3, "V"), 3);
    i.minCellId = text("/System/MinVoltageCellId");
    i.maxCellId = text("/System/MaxVoltageCellId");
    i.minTemperature = real("/System/MinCellTemperature", {}, 1);
    i.maxTemperature = real("/System/MaxCellTemperature", {}, 1);
    i.minTemperatureId = text("/System/MinTemperatureCellId");
    i.maxTemperatureId = text("/System/MaxTemperatureCellId");
    i.mosfet = real("/System/MOSTemperature", {}, 1);
    for (size_t n = 0; n < i.sensors.size(); ++n) {
        const QString path = QStringLiteral("/System/Temperature%1").arg(n + 1);
        i.sensors[n] = m_items.add(path, Double, {}, 1);
        m_items.setText(m_items.add(path + QStringLiteral("Name"), Text), sensorName(n));
    }
    addCells();
    for (int n = 0; n < alarmCount; ++n)
        i.alarms[static_cast<size_t>(n)] =
            m_items.add(QStringLiteral("/Alarms/") + alarmText(static_cast<AlarmName>(n)), Integer);
    m_items.setInteger(whole("/Settings/HasTemperature"), 1);
}

void BatteryService::addCells()
{
    const int format = m_identity.cellDataFormat;
    if (format <= 0)
        return;
    Items &i = *m_item;
    const bool other = (format & 2) != 0;
    const QString folder = other ? QStringLiteral("/Cell/") : QStringLiteral("/Voltages/");
    const QString voltage = other ? QStringLiteral("/Cell/%1/Volts") : QStringLiteral("/Voltages/Cell%1");
    // The number of cells is fixed for the life of the service.
    const qint64 count = std::clamp<qint64>(m_model.values().cellCount.value_or(0), 0, mostCells);
    for (qint64 n = 1; n <= count; ++n) {
        i.cells.push_back(m_items.add(voltage.arg(n), ItemType::Double, fixed(3, "V"), 3));
        if ((format & 1) != 0)
            i.balances.push_back(m_items.add(QStringLiteral("/Balances/Cell%1").arg(n), ItemType::Integer));
    }
    i.sum = m_items.add(folder + QStringLiteral("Sum"), ItemType::Double, fixed(2, "V"), 2);
    i.difference = m_items.add(folder + QStringLiteral("Diff"), ItemType::Double, fixed(3, "V"), 3);
}

QString BatteryService::sensorName(size_t sensor) const
{
    const QString name = m_identity.sensorNames.value(static_cast<qsizetype>(sensor));
    return name.isEmpty() ? QStringLiteral("Temp %1").arg(sensor + 1) : name;
}

bool BatteryService::start(const QString &bus, qint64 now, QString *error)
{
    stop();
    m_connection = connectBus(bus, m_identity.serviceName);
    if (!m_connection.isConnected()) {
        *error = busError(bus, m_connection.lastError());
        disconnectBus();
        return false;
    }
    fill(now);
    m_items.clearChanges();
    QSet<QString> folders;
    for (const QString &path : m_items.paths()) {
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

void BatteryService::publish(qint64 now)
{
    fill(now);
    flush();
}

void BatteryService::flush()
{
    if (m_items.changes().empty())
        return;
    if (m_started && !m_identity.changesPerItem) {
        QDBusMessage message = QDBusMessage::createSignal(
            QStringLiteral("/"), QStringLiteral("com.victronenergy.BusItem"), QStringLiteral("ItemsChanged"));
        message << QVariant::fromValue(ItemsView{&m_items, true});
        m_connection.send(message);
    } else if (m_started) {
        for (const int item : m_items.changes()) {
            QDBusMessage message =
                QDBusMessage::createSignal(m_items.path(item), QStringLiteral("com.victronenergy.BusItem"),
                                           QStringLiteral("PropertiesChanged"));
            message << m_items.properties(item);
            m_connection.send(message);
        }
    }
    m_items.clearChanges();
}

void BatteryService::fill(qint64 now)
{
    const LossPhase phase = m_monitor.phase(now);
    const bool lost = phase >= LossPhase::Lost || m_model.condition() == Condition::Lost;
    fillIdentity();
    fillMeasurements(lost);
    fillCells(lost);
    fillAlarms(now);
    fillState(phase, lost);
    m_items.setText(m_item->connectionInformation, connectionText(now));
}

void BatteryService::fillIdentity()
{
    const BatteryState &v = m_model.values();
    m_items.setText(m_item->hardwareVersion, v.hardwareVersion);
    m_items.setText(m_item->deviceName, v.deviceName);
    m_items.setInteger(m_item->cellCount, v.cellCount);
}

void BatteryService::fillMeasurements(bool lost)
{
    const BatteryState &v = m_model.values();
    Items &i = *m_item;
    const auto live = [lost](const Number &value) { return lost ? Number() : value; };
    // A current against an open FET is the noise of the measuring, unless it is more than that.
    Number current = v.current;
    constexpr double noise = 2;
    if (current && v.chargeAllowed == false && *current > 0 && *current <= noise)
        current = 0;
    if (current && v.dischargeAllowed == false && *current < 0 && *current >= -noise)
        current = 0;
    m_items.set(i.voltage, live(v.voltage));
    m_items.set(i.current, live(current));
    m_items.set(i.power, live(v.voltage && current ? Number(*v.voltage * *current) : v.power));
    const quint64 polls = m_model.link().polls - m_model.link().errors;
    if (std::exchange(m_pollsSeen, polls) != polls && current) {
        m_currents.push_back(*current);
        m_currentSum += *current;
        if (m_currents.size() > meanPolls) {
            m_currentSum -= m_currents.front();
            m_currents.pop_front();
        }
    }
    const Number mean = m_currents.empty() ? Number() : m_currentSum / static_cast<double>(m_currents.size());
    m_items.set(i.currentAverage, live(current ? mean : Number()));

    double sum = 0;
    int known = 0;
    std::optional<size_t> coldest;
    std::optional<size_t> warmest;
    std::array<Number, namedSensors> sensors;
    for (size_t n = 0; n < std::min(v.temperatures.size(), sensors.size()); ++n)
        sensors[n] = live(shownTemperature(v.temperatures[n]));
    for (size_t n = 0; n < sensors.size(); ++n) {
        m_items.set(i.sensors[n], sensors[n]);
        if (!sensors[n])
            continue;
        sum += *sensors[n];
        ++known;
        // Of equals the first is the coldest, the last the warmest.
        if (!coldest || *sensors[n] < *sensors[*coldest])
            coldest = n;
        if (!warmest || *sensors[n] >= *sensors[*warmest])
            warmest = n;
    }
    const auto sensor = [&](const std::optional<size_t> &at) { return at ? sensors[*at] : Number(); };
    const auto name = [&](const std::optional<size_t> &at) {
        return at ? std::optional<QString>(sensorName(*at)) : std::nullopt;
    };
    m_items.set(i.temperature, known > 0 ? Number(sum / known) : Number());
    m_items.set(i.minTemperature, sensor(coldest));
    m_items.set(i.maxTemperature, sensor(warmest));
    m_items.setText(i.minTemperatureId, name(coldest));
    m_items.setText(i.maxTemperatureId, name(warmest));
    m_items.set(i.mosfet, live(shownTemperature(v.mosfetTemperature)));

    // Charge stays when the link is lost: a house without a state of charge switches off.
    const Number soc = v.soc ? Number(std::clamp(*v.soc, 0.0, 100.0)) : Number();
    m_items.set(i.soc, soc);
    m_items.set(i.soh, v.soh ? Number(std::clamp(*v.soh, 0.0, 100.0)) : Number());
    const Number remaining = v.remainingAh         ? v.remainingAh
                             : soc && v.capacityAh ? Number(*soc / 100 * *v.capacityAh)
                                                   : Number();
    m_items.set(i.capacity, remaining);
    m_items.set(i.installed, v.capacityAh);
    m_items.set(i.consumed,
                remaining && v.capacityAh ? Number(-std::abs(*v.capacityAh - *remaining)) : Number());
}

void BatteryService::fillCells(bool lost)
{
    const BatteryState &v = m_model.values();
    Items &i = *m_item;
    m_cells.clear();
    if (!lost)
        m_cells = v.cellVoltages;
    for (Number &cell : m_cells) {
        if (cell && *cell > 2 * m_identity.maxCellVoltage)
            cell.reset();
    }
    for (size_t n = 0; n < i.cells.size(); ++n)
        m_items.set(i.cells[n], n < m_cells.size() ? m_cells[n] : Number());
    for (size_t n = 0; n < i.balances.size(); ++n) {
        const bool known = !lost && n < v.cellBalancing.size();
        m_items.setInteger(i.balances[n], known ? std::optional<qint64>(v.cellBalancing[n]) : std::nullopt);
    }
    const auto extremes = cellExtremes(m_cells);
    if (i.sum >= 0) {
        const bool complete = std::all_of(m_cells.begin(), m_cells.end(), isKnown<double>);
        double sum = 0;
        for (const Number &cell : m_cells)
            sum += cell.value_or(0);
        m_items.set(i.sum, complete && !m_cells.empty() ? Number(sum) : Number());
        m_items.set(i.difference, extremes ? Number(extremes->maximum - extremes->minimum) : Number());
    }
    m_items.set(i.minCell, extremes ? Number(extremes->minimum) : lost ? Number() : v.minCellVoltage);
    m_items.set(i.maxCell, extremes ? Number(extremes->maximum) : lost ? Number() : v.maxCellVoltage);
    const auto id = [&](int at) {
        return extremes ? std::optional<QString>(QLatin1Char('C') + QString::number(at + 1)) : std::nullopt;
    };
    m_items.setText(i.minCellId, id(extremes ? extremes->lowest : 0));
    m_items.setText(i.maxCellId, id(extremes ? extremes->highest : 0));
    m_items.setInteger(i.balancing, lost ? std::nullopt : integer(v.balancing));
}

void BatteryService::fillAlarms(qint64 now)
{
    const AlarmSet &alarms = m_model.values().alarms;
    for (int n = 0; n < alarmCount; ++n) {
        const auto name = static_cast<AlarmName>(n);
        const auto level = name == AlarmName::BmsCable ? m_monitor.cableAlarm(now) : alarms.level(name);
        // A BMS that is not heard has not taken its alarms back.
        if (level || m_model.condition() == Condition::Fresh)
            m_items.setInteger(m_item->alarms[static_cast<size_t>(n)], integer(level));
    }
}

void BatteryService::fillState(LossPhase phase, bool lost)
{
    const BatteryState &v = m_model.values();
    Items &i = *m_item;
    if (v.chargeAllowed || m_model.condition() == Condition::Fresh)
        m_chargeAllowed = v.chargeAllowed;
    if (v.dischargeAllowed || m_model.condition() == Condition::Fresh)
        m_dischargeAllowed = v.dischargeAllowed;
    // What a silent BMS allowed last stays until it is given up: then nothing is allowed.
    const bool gone = phase == LossPhase::Gone;
    if (!lost || gone) {
        const Flag charge = gone ? Flag(false) : m_chargeAllowed;
        const Flag discharge = gone ? Flag(false) : m_dischargeAllowed;
        // Unknown does not block.
        const bool mayCharge = charge.value_or(true);
        const bool mayDischarge = discharge.value_or(true);
        m_items.setInteger(i.allowCharge, mayCharge ? 1 : 0);
        m_items.setInteger(i.allowDischarge, mayDischarge ? 1 : 0);
        m_items.setInteger(i.blockingCharge, mayCharge ? 0 : 1);
        m_items.setInteger(i.blockingDischarge, mayDischarge ? 0 : 1);
        const bool nothing = !mayCharge && !mayDischarge;
        constexpr int running = 9;
        constexpr int standby = 14;
        constexpr int modeOn = 3;
        constexpr int modeOff = 4;
        m_items.setInteger(i.state, nothing ? standby : running);
        m_items.setInteger(i.mode, nothing ? modeOff : modeOn);
        const auto level = [&](AlarmName name) { return v.alarms.level(name).value_or(AlarmLevel::Ok); };
        const AlarmLevel heat =
            std::max(level(AlarmName::HighTemperature), level(AlarmName::HighChargeTemperature));
        int device = nothing ? 0x104 : 0x100;
        if (level(AlarmName::InternalFailure) == AlarmLevel::Alarm)
            device = 0x103;
        else if (heat == AlarmLevel::Alarm)
            device = 0x101;
        else if (heat == AlarmLevel::Warning)
            device = 0x102;
        else if (level(AlarmName::LowVoltage) == AlarmLevel::Alarm)
            device = 0x105;
        m_items.setInteger(i.deviceState, device);
    }
    m_items.setInteger(i.allowBalance,
                       lost ? std::nullopt : integer(v.balancerEnabled ? v.balancerEnabled : v.balancing));
    m_items.setInteger(i.allowHeat, lost ? std::nullopt : integer(v.heating));
    m_items.setInteger(i.heating, lost ? std::nullopt : integer(v.heating));
    m_items.setInteger(i.online, lost ? 0 : 1);
    m_items.setInteger(i.offline, lost ? 1 : 0);
}

QString BatteryService::connectionText(qint64 now) const
{
    if (m_model.condition() == Condition::Paused)
        return tr("Paused");
    if (const auto lost = m_monitor.lostFor(now))
        return lostText(*lost, m_monitor.goneAfter());
    return connectedText(m_monitor.errors(now));
}

QJsonObject BatteryService::toJson() const
{
    QJsonObject object = m_model.toJson();
    object.insert(QStringLiteral("service"), m_identity.serviceName);
    object.insert(QStringLiteral("deviceInstance"), m_identity.deviceInstance);
    if (!object.contains(QStringLiteral("uniqueId")))
        object.insert(QStringLiteral("uniqueId"), m_identity.uniqueId);
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
