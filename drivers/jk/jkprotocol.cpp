// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk/jkprotocol.h"

#include "bms/fieldtable.h"

namespace sb::jk {
namespace {

constexpr quint8 endMark = 0x68;
constexpr quint8 fromPc = 3;
constexpr quint8 question = 0;
constexpr quint16 leastLength = 19; ///< as the length field counts, without the two bytes before it
constexpr quint16 mostLength = 1000;
constexpr size_t maxCells = 32;
constexpr size_t bytesPerCell = 3;

constexpr quint8 cellsTag = 0x79;
constexpr quint8 currentTag = 0x84;
constexpr quint8 cellCountTag = 0x8A;
constexpr quint8 alarmsTag = 0x8B;
constexpr quint8 statusTag = 0x8C;
constexpr quint8 balancerTag = 0x9D;
constexpr quint8 userTextTag = 0xB4;
constexpr quint8 versionTag = 0xB7;
constexpr quint8 makerTag = 0xBA;
constexpr quint8 protocolTag = 0xC0;

struct ValueRow
{
    quint8 tag;
    Wire wire;
    FieldRow::Target target;
    Scale scale{};
};
constexpr std::array values{
    ValueRow{0x83, Wire::U16BE, &BatteryState::voltage, 0.01},
    ValueRow{0x85, Wire::U8, &BatteryState::soc},
    ValueRow{0x87, Wire::U16BE, &BatteryState::cycles},
    ValueRow{0x8E, Wire::U16BE, &BatteryState::maxVoltage, 0.01},
    ValueRow{0x8F, Wire::U16BE, &BatteryState::minVoltage, 0.01},
    ValueRow{0x97, Wire::U16BE, &BatteryState::maxDischargeCurrent},
    ValueRow{0x99, Wire::U16BE, &BatteryState::maxChargeCurrent},
    ValueRow{0xAA, Wire::U32BE, &BatteryState::capacityAh},
};
constexpr quint8 mosfetTag = 0x80;
constexpr std::array<quint8, 2> sensorTags{0x81, 0x82};
constexpr qint64 mostCelsius = 100; ///< above: 101 is -1
constexpr qint64 mostTemperature = 140;

constexpr std::array statusFlags{
    FlagRow{0, Wire::U16BE, 0, &BatteryState::chargeAllowed},
    FlagRow{0, Wire::U16BE, 1, &BatteryState::dischargeAllowed},
    FlagRow{0, Wire::U16BE, 2, &BatteryState::balancing},
};

using enum AlarmName;
constexpr std::array alarmRows{
    AlarmRow{0, LowSoc, AlarmLevel::Warning},
    AlarmRow{1, HighInternalTemperature, AlarmLevel::Alarm},
    AlarmRow{2, HighVoltage, AlarmLevel::Alarm},
    AlarmRow{3, LowVoltage, AlarmLevel::Alarm},
    AlarmRow{5, HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{7, CellImbalance, AlarmLevel::Warning},
    AlarmRow{10, HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{11, LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{12, InternalFailure, AlarmLevel::Alarm}, // 309_A
    AlarmRow{13, InternalFailure, AlarmLevel::Alarm}, // 309_B
};
// Battery and box; which of the two alarms it is, the direction of the current tells.
constexpr std::array whileCharging{
    AlarmRow{4, HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{8, HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{9, LowChargeTemperature, AlarmLevel::Alarm},
};
constexpr std::array otherwise{
    AlarmRow{4, HighTemperature, AlarmLevel::Alarm},
    AlarmRow{8, HighTemperature, AlarmLevel::Alarm},
    AlarmRow{9, LowTemperature, AlarmLevel::Alarm},
};
constexpr double notCharging = 0.5; ///< A

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *functions = NAME("Functions");
// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0x8E, "packOvervoltage", NAME("Pack overvoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 10, 150},
    {0x8F, "packUndervoltage", NAME("Pack undervoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 10, 150},
    {0x90, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 1, 4.5},
    {0x91, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 1, 4.5},
    {0x92, "cellOvervoltageDelay", NAME("Cell overvoltage delay"), voltage, "s", Wire::U16BE, 1, 0, 1, 60},
    {0x93, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 1, 4.5},
    {0x94, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 1, 4.5},
    {0x95, "cellUndervoltageDelay", NAME("Cell undervoltage delay"), voltage, "s", Wire::U16BE, 1, 0, 1, 60},
    {0x96, "cellDifference", NAME("Cell voltage difference protection"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 1},
    {0x97, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, "A", Wire::U16BE, 1, 0, 1, 1000},
    {0x98, "dischargeOvercurrentDelay", NAME("Discharge overcurrent delay"), current, "s", Wire::U16BE, 1, 0, 1, 60},
    {0x99, "chargeOvercurrent", NAME("Charge overcurrent"), current, "A", Wire::U16BE, 1, 0, 1, 1000},
    {0x9A, "chargeOvercurrentDelay", NAME("Charge overcurrent delay"), current, "s", Wire::U16BE, 1, 0, 1, 60},
    {0x9B, "balanceStart", NAME("Balance start voltage"), balancing, "V", Wire::U16BE, 0.001, 3, 2, 4.5},
    {0x9C, "balanceWindow", NAME("Balance window"), balancing, "V", Wire::U16BE, 0.001, 3, 0.01, 1},
    {0x9D, "balancer", NAME("Balancer"), balancing, "", Wire::U8, 1, 0, 0, 1},
    {0x9E, "mosfetOvertemperature", NAME("MOSFET overtemperature"), temperature, "degC", Wire::U16BE, 1, 0, 0, 100},
    {0x9F, "mosfetOvertemperatureRelease", NAME("MOSFET overtemperature release"), temperature, "degC", Wire::U16BE, 1, 0, 0, 100},
    {0xA0, "boxOvertemperature", NAME("Box overtemperature"), temperature, "degC", Wire::U16BE, 1, 0, 40, 100},
    {0xA1, "boxOvertemperatureRelease", NAME("Box overtemperature release"), temperature, "degC", Wire::U16BE, 1, 0, 40, 100},
    {0xA2, "temperatureDifference", NAME("Temperature difference protection"), temperature, "degC", Wire::U16BE, 1, 0, 5, 20},
    {0xA3, "chargeOvertemperature", NAME("Charge overtemperature"), temperature, "degC", Wire::U16BE, 1, 0, 0, 100},
    {0xA4, "dischargeOvertemperature", NAME("Discharge overtemperature"), temperature, "degC", Wire::U16BE, 1, 0, 0, 100},
    {0xA5, "chargeUndertemperature", NAME("Charge undertemperature"), temperature, "degC", Wire::S16BE, 1, 0, -45, 25},
    {0xA6, "chargeUndertemperatureRelease", NAME("Charge undertemperature release"), temperature, "degC", Wire::S16BE, 1, 0, -45, 25},
    {0xA7, "dischargeUndertemperature", NAME("Discharge undertemperature"), temperature, "degC", Wire::S16BE, 1, 0, -45, 25},
    {0xA8, "dischargeUndertemperatureRelease", NAME("Discharge undertemperature release"), temperature, "degC", Wire::S16BE, 1, 0, -45, 25},
    {0xA9, "cellCount", NAME("Cells in series"), functions, "", Wire::U8, 1, 0, 3, 32},
    {0xAA, "capacity", NAME("Capacity"), functions, "Ah", Wire::U32BE, 1, 0, 0, 100000},
    {0xAB, "chargeSwitch", NAME("Charge switch"), functions, "", Wire::U8, 1, 0, 0, 1},
    {0xAC, "dischargeSwitch", NAME("Discharge switch"), functions, "", Wire::U8, 1, 0, 0, 1},
    {0xAD, "currentCalibration", NAME("Current calibration"), functions, "mA", Wire::U16BE, 1, 0, 100, 20000},
    {0xAE, "address", NAME("Address"), functions, "", Wire::U8, 1, 0, 0, 255},
    {0xAF, "chemistry", NAME("Chemistry (0 LFP, 1 NMC, 2 LTO)"), functions, "", Wire::U8, 1, 0, 0, 2},
    {0xB0, "sleepDelay", NAME("Sleep delay"), functions, "s", Wire::U16BE, 1, 0, 0, 65535},
    {0xB1, "lowSocAlarm", NAME("Low state of charge alarm"), functions, "%", Wire::U8, 1, 0, 0, 80},
    {0xB3, "dedicatedCharger", NAME("Dedicated charger"), functions, "", Wire::U8, 1, 0, 0, 1},
});
// clang-format on
#undef NAME

size_t lengthOf(quint8 tag)
{
    switch (tag) {
    case 0x85:
    case 0x86:
    case 0x9D:
    case 0xA9:
    case 0xAB:
    case 0xAC:
    case 0xAE:
    case 0xAF:
    case 0xB1:
    case 0xB3:
    case 0xB8:
    case 0xBB:
    case 0xBC:
    case 0xBD:
    case 0xC0:
        return 1;
    case 0x89:
    case 0xAA:
    case 0xB5:
    case 0xB6:
    case 0xB9:
        return 4;
    case userTextTag:
        return 8;
    case 0xB2:
        return 10;
    case versionTag:
        return 15;
    case makerTag:
        return 24;
    default:
        return 2;
    }
}

Request request(int id, const QByteArray &head, const QByteArray &data)
{
    Request request;
    request.id = id;
    QByteArray &bytes = request.bytes;
    bytes = QByteArray::fromHex("4e57");
    appendInteger(bytes, head.size() + data.size() + 15, Wire::U16BE);
    appendInteger(bytes, 0, Wire::U32BE); // terminal
    bytes += head + data;
    appendInteger(bytes, 0, Wire::U32BE); // record
    appendInteger(bytes, endMark, Wire::U8);
    appendInteger(bytes, checksum(Checksum::Sum16, bytesOf(bytes)), Wire::U32BE);
    return request;
}

QByteArray headOf(Command command)
{
    QByteArray head;
    for (const quint8 byte : {static_cast<quint8>(command), fromPc, question})
        appendInteger(head, byte, Wire::U8);
    return head;
}

Number celsius(std::optional<qint64> raw)
{
    if (!raw || *raw > mostTemperature)
        return std::nullopt;
    return static_cast<double>(*raw <= mostCelsius ? *raw : mostCelsius - *raw);
}

bool decodeCells(Bytes raw, Numbers &to)
{
    const size_t count = raw.size() / bytesPerCell;
    if (count < 1 || count > maxCells || raw.size() % bytesPerCell != 0)
        return false;
    Numbers cells(count);
    bool any = false;
    for (size_t at = 0; at < raw.size(); at += bytesPerCell) {
        if (raw[at] < 1 || raw[at] > count)
            return false;
        const auto millivolts = readInteger(raw, at + 1, Wire::U16BE).value_or(0);
        cells[raw[at] - 1U] = static_cast<double>(millivolts) / 1000;
        any = any || millivolts != 0;
    }
    // Just after waking the board tells zeros.
    if (any)
        to = cells;
    return any;
}

Number decodeCurrent(const Tags &tags)
{
    const auto raw = tags.integer(currentTag);
    if (!raw)
        return std::nullopt;
    if (tags.integer(protocolTag, Wire::U8).value_or(0) == 0)
        return static_cast<double>(10000 - *raw) / 100;
    const qint64 magnitude = *raw & 0x7FFF;
    return static_cast<double>((*raw & 0x8000) != 0 ? magnitude : -magnitude) / 100;
}

void decodeAlarmWord(qint64 word, BatteryState &to)
{
    const auto bits = static_cast<quint64>(word);
    to.problemCode = word;
    to.alarms = {};
    decodeAlarms(alarmRows, bits, to.alarms);
    const bool charging = to.current.value_or(0) > 0;
    decodeAlarms(whileCharging, charging ? bits : 0, to.alarms);
    decodeAlarms(otherwise, charging ? 0 : bits, to.alarms);
    // A full battery holds these for hours while it waits for a load.
    if (!to.dischargeAllowed.value_or(false) || to.current.value_or(1) > notCharging)
        return;
    for (const AlarmName name : {HighVoltage, HighCellVoltage}) {
        if (to.alarms.level(name) == AlarmLevel::Alarm)
            to.alarms.set(name, AlarmLevel::Warning);
    }
}

QString withoutEnd(QString text)
{
    while (text.endsWith(QLatin1Char('_')))
        text.chop(1);
    return text;
}

void decodeNames(const Tags &tags, BatteryState &to)
{
    to.manufacturer = QStringLiteral("JK");
    if (const Text version = decodeText(tags[versionTag])) {
        const qsizetype at = version->indexOf(QLatin1String("_S"));
        const QString hardware = withoutEnd(version->left(at));
        const QString firmware = at < 0 ? QString() : withoutEnd(version->mid(at + 2));
        if (!hardware.isEmpty())
            to.hardwareVersion = hardware;
        if (!firmware.isEmpty())
            to.firmwareVersion = firmware;
    }
    const QString user = decodeText(tags[userTextTag]).value_or(QString());
    const bool named = !user.isEmpty() && user != QLatin1String("Input Us");
    if (named)
        to.deviceName = user;
    QString maker = decodeText(tags[makerTag]).value_or(QString());
    maker = maker.remove(QLatin1String("Input Userda")).trimmed();
    if (maker.isEmpty())
        return;
    if (!maker.startsWith(QLatin1String("JK"))) {
        to.uniqueId = maker;
        return;
    }
    // Only the model, which many packs share.
    to.productName = maker;
    if (named)
        to.uniqueId = QStringLiteral("%1_%2").arg(maker, user);
}

} // namespace

Request readAllRequest(int id) { return request(id, headOf(ReadAll), QByteArray(1, '\0')); }

Request activateRequest() { return request(Activate, headOf(Activate), QByteArray(1, '\0')); }

Request writeRequest(quint8 tag, quint8 value)
{
    QByteArray data(1, static_cast<char>(tag));
    appendInteger(data, value, Wire::U8);
    return request(Write, headOf(Write), data);
}

FrameRule frameRule()
{
    FrameRule rule;
    rule.header = {0x4E, 0x57};
    rule.headerSize = 2;
    rule.length = FrameRule::Length::U16BE;
    rule.lengthOffset = 2;
    rule.lengthPlus = 2;
    rule.minimum = leastLength + 2;
    rule.maximum = mostLength + 2;
    rule.checksum = Checksum::Sum16;
    rule.checksumFrom = 0;
    rule.checksumAtEnd = 2; // the two zero bytes before it add nothing
    return rule;
}

bool hasGoodEnd(Bytes frame)
{
    const Bytes end = frame.last(5);
    return end[0] == endMark && end[1] == 0 && end[2] == 0;
}

Tags::Tags(Bytes body)
{
    while (!body.empty()) {
        const quint8 tag = body[0];
        body = body.subspan(1);
        size_t length = 0;
        if (tag == cellsTag) {
            if (body.empty())
                return;
            length = body[0];
            body = body.subspan(1);
        } else if (tag < 0x80 || tag > last) {
            return;
        } else {
            length = lengthOf(tag);
        }
        if (length > body.size())
            return;
        m_values[tag - first] = body.first(length);
        body = body.subspan(length);
    }
}

Bytes Tags::operator[](quint8 tag) const
{
    return tag >= first && tag <= last ? m_values[tag - first] : Bytes();
}

std::optional<qint64> Tags::integer(quint8 tag, Wire wire) const
{
    return readInteger((*this)[tag], 0, wire);
}

bool decodeAll(const Tags &tags, BatteryState &to)
{
    Numbers cells;
    const auto soc = tags.integer(0x85, Wire::U8);
    if (!decodeCells(tags[cellsTag], cells) || (soc && *soc > 100))
        return false;
    const auto told = tags.integer(cellCountTag);
    if (told && static_cast<size_t>(*told) != cells.size())
        return false;
    to.cellCount = static_cast<qint64>(cells.size());
    to.cellVoltages = cells;
    for (const ValueRow &row : values) {
        const FieldRow field{0, row.wire, row.target, row.scale};
        decodeFields({&field, 1}, tags[row.tag], to);
    }
    to.current = decodeCurrent(tags);
    if (to.soc && to.capacityAh)
        to.remainingAh = *to.soc * *to.capacityAh / 100;
    to.mosfetTemperature = celsius(tags.integer(mosfetTag));
    to.temperatures.clear();
    for (const quint8 tag : sensorTags)
        to.temperatures.push_back(celsius(tags.integer(tag)));
    decodeFlags(statusFlags, tags[statusTag], to);
    if (const auto balancer = tags.integer(balancerTag, Wire::U8))
        to.balancerEnabled = *balancer != 0;
    if (const auto word = tags.integer(alarmsTag))
        decodeAlarmWord(*word, to);
    decodeNames(tags, to);
    return true;
}

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::jk
