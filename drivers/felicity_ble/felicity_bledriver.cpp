// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/felicity_ble/felicity_bledriver.h"

#include "bms/cells.h"
#include "bms/fieldtable.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>

namespace sb::felicity_ble {
namespace {

enum Question { Basics, Values };

constexpr int answerMs = 3000;
constexpr int pollMs = 5000;
constexpr qsizetype longestText = 4096;
constexpr double notThere = 65535; ///< in lists
constexpr double noSensor = 32767;
constexpr double hugest = 1e9; ///< no value of a battery
constexpr double lowestCell = 1;
constexpr double oneCellAhead = 4; ///< the only warning that was seen, at the end of a charge
constexpr double highestCell = 5;
constexpr double lowestSensor = -50;
constexpr double highestSensor = 150;
constexpr double sumTolerance = 0.05;

Request ask(Question which, const char *text)
{
    Request request;
    request.id = which;
    request.bytes = text;
    request.timeoutMs = answerMs;
    return request;
}

std::optional<double> number(const QJsonValue &value)
{
    const double number = value.toDouble(hugest);
    if (!value.isDouble() || !(std::abs(number) < hugest))
        return std::nullopt;
    return number;
}

/// A place of a list of lists; nothing where it is empty.
std::optional<double> at(const QJsonObject &object, const char *list, int row, int column)
{
    const auto value = number(object.value(QLatin1String(list)).toArray().at(row).toArray().at(column));
    return value == notThere ? std::nullopt : value;
}

Number scaled(std::optional<double> raw, double divisor, double lowest, double highest)
{
    if (!raw || *raw / divisor < lowest || *raw / divisor > highest)
        return std::nullopt;
    return *raw / divisor;
}

Text text(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    if (value.isDouble())
        return QString::number(value.toDouble());
    return decodeText(bytesOf(value.toString().toUtf8()));
}

bool decodeBasics(const QJsonObject &object, BatteryState &to)
{
    const Text serial = text(object, "DevSN");
    if (!serial || !object.contains(QLatin1String("M1SwVer")))
        return false;
    to.manufacturer = QStringLiteral("Felicity");
    to.serialNumber = to.uniqueId = serial;
    to.firmwareVersion = text(object, "M1SwVer");
    return true;
}

Numbers cellsOf(const QJsonObject &object)
{
    Numbers cells;
    const QJsonArray list = object.value(QLatin1String("BatcelList")).toArray().at(0).toArray();
    for (const QJsonValue &each : list) {
        const auto raw = number(each);
        if (raw == notThere)
            break;
        cells.push_back(scaled(raw, 1000, 0, highestCell)); // a dead one must be seen
    }
    return cells;
}

bool decodeValues(const QJsonObject &object, BatteryState &to)
{
    // After a reconnection all may be zero.
    const Number voltage = scaled(at(object, "BattList", 0, 0), 1000, 1, 1000);
    const Number soc = scaled(at(object, "BatsocList", 0, 0), 100, 0, 100);
    const Number current = scaled(at(object, "BattList", 1, 0), 10, -5000, 5000);
    if (!voltage || !soc || !current)
        return false;
    to.voltage = voltage;
    to.current = current;
    to.soc = soc;
    to.soh = scaled(at(object, "BatsocList", 0, 1), 10, 1, 100);
    to.capacityAh = scaled(at(object, "BatsocList", 0, 2), 1000, 1, 10000);
    if (to.capacityAh)
        to.remainingAh = *soc * *to.capacityAh / 100;
    to.cellVoltages = cellsOf(object);
    if (!to.cellVoltages.empty())
        to.cellCount = static_cast<qint64>(to.cellVoltages.size());
    to.temperatures.clear();
    const QJsonArray sensors = object.value(QLatin1String("BtemList")).toArray().at(0).toArray();
    for (const QJsonValue &each : sensors) {
        const auto raw = number(each);
        to.temperatures.push_back(raw == noSensor ? std::nullopt
                                                  : scaled(raw, 10, lowestSensor, highestSensor));
    }
    while (!to.temperatures.empty() && !to.temperatures.back())
        to.temperatures.pop_back();
    to.maxVoltage = scaled(at(object, "BLVolCu", 0, 0), 10, 1, 1000);
    to.minVoltage = scaled(at(object, "BLVolCu", 0, 1), 10, 1, 1000);
    // The BMS asks for less and less; with nothing left it blocks.
    to.maxChargeCurrent = scaled(at(object, "BLVolCu", 1, 0), 10, 0, 5000);
    to.maxDischargeCurrent = scaled(at(object, "BLVolCu", 1, 1), 10, 0, 5000);
    if (to.maxChargeCurrent)
        to.chargeAllowed = *to.maxChargeCurrent > 0;
    if (to.maxDischargeCurrent)
        to.dischargeAllowed = *to.maxDischargeCurrent > 0;
    if (const Text serial = text(object, "DevSN"))
        to.serialNumber = to.uniqueId = serial;

    const auto word = [&](const char *key) { return number(object.value(QLatin1String(key))); };
    if (const auto faults = word("Bfault"), warnings = word("Bwarn"); faults && warnings)
        to.problemCode = std::llround(*faults) + std::llround(*warnings);
    const auto faults = word("BBfault");
    const auto warnings = word("BBwarn");
    to.alarms = {};
    if (faults || warnings) {
        to.alarms.support(AlarmName::InternalFailure);
        to.alarms.support(AlarmName::CellImbalance);
    }
    if (faults.value_or(0) != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
    if (warnings == oneCellAhead)
        to.alarms.raise(AlarmName::CellImbalance, AlarmLevel::Warning);
    else if (warnings.value_or(0) != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return true;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("felicity_ble");
    info.names = {QStringLiteral("Felicity Solar")};
    info.bmsTypes = {QStringLiteral("aiobmsble_felicity_bms")};
    info.typeName = QStringLiteral("Felicity");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("6e6f736a-4643-4d44-8fa9-0fafd005e455")),
         .notify = {bluetoothUuid(QStringLiteral("49535458-8341-43f4-a9d4-ec0e34729bb3"))},
         .write = bluetoothUuid(QStringLiteral("49535258-184d-4bd9-bc61-20c647249616"))}};
    info.bluetooth.advertisements = {{.name = "F07*"}, {.name = "F10*"}};
    info.bluetooth.quietMs = 2000;
    info.pollIntervalMs = pollMs;
    info.detectionRank = 50;
    info.honoursLimits = true;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "Values and limits: texts of two packs.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "State of health, capacity, which of the fault words is the pack's.");
    info.reads = {Field::manufacturer,
                  Field::serialNumber,
                  Field::uniqueId,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

const DriverInfo &FelicityBleDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void FelicityBleDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        to.push_back(ask(Basics, "wifilocalMonitor:get dev basice infor")); // spelled so
        to.back().optional = true;
    }
    to.push_back(ask(Values, "wifilocalMonitor:get dev real infor"));
}

void FelicityBleDriver::begin(const Request &) { drop(); }

void FelicityBleDriver::drop()
{
    m_text.clear();
    m_depth = 0;
    m_inString = m_escaped = false;
}

/// Adds to the text; true where that completes it.
bool FelicityBleDriver::closes(quint8 byte)
{
    m_text.append(static_cast<char>(byte));
    if (m_inString) {
        m_inString = m_escaped || byte != '"';
        m_escaped = !m_escaped && byte == '\\';
        return false;
    }
    m_inString = byte == '"';
    if (byte == '{' || byte == '[')
        ++m_depth;
    if (byte == '}' || byte == ']')
        --m_depth;
    return m_depth == 0;
}

Reply FelicityBleDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    Reply reply;
    for (const quint8 byte : bytes) {
        if (m_text.isEmpty() && byte != '{') {
            ++m_counters.noiseBytes;
            continue;
        }
        if (m_text.size() >= longestText) {
            m_counters.noiseBytes += static_cast<quint64>(m_text.size());
            drop();
        } else if (closes(byte)) {
            reply = take(pending, update);
            drop();
        }
        if (reply.state != ReplyState::Waiting)
            break;
    }
    return reply;
}

Reply FelicityBleDriver::take(const Request *pending, Update &update)
{
    const QJsonDocument document = QJsonDocument::fromJson(m_text);
    const QJsonObject object = document.object();
    if (!document.isObject() || object.value(QLatin1String("CommVer")).toInt() != 1) {
        ++m_counters.malformed;
        return {};
    }
    ++m_counters.frames;
    const bool values = object.contains(QLatin1String("BattList"));
    if (!pending || (pending->id == Values) != values) {
        ++m_counters.foreignFrames;
        return {};
    }
    BatteryState read;
    if (!(values ? decodeValues(object, read) : decodeBasics(object, read))) {
        ++m_counters.malformed;
        return {};
    }
    visitFields(
        [](Field, auto &target, auto &value) {
            if (isKnown(value))
                target = std::move(value);
        },
        update.values, read);
    return {ReplyState::Complete, 0};
}

Reply FelicityBleDriver::lineSilent(const Request *, Update &)
{
    m_counters.noiseBytes += static_cast<quint64>(m_text.size());
    drop();
    return {};
}

Recognition FelicityBleDriver::recognise(const BatteryState &read) const
{
    const bool fits =
        read.soc && read.serialNumber && cellsMakeUp(read, sumTolerance, lowestCell, highestCell);
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<FelicityBleDriver>(config);
            }};
}

} // namespace sb::felicity_ble
