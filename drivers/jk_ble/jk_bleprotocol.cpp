// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_ble/jk_bleprotocol.h"

#include "bms/checksum.h"
#include "drivers/jk_pb/jk_pbprotocol.h"

#include <algorithm>
#include <numeric>

namespace sb::jk_ble {
namespace {

constexpr qsizetype valueSize = 13;

// ---- JK02, 24 cells ----
constexpr std::array fields24{
    FieldRow{118, Wire::U32LE, &BatteryState::voltage, 0.001},
    FieldRow{126, Wire::S32LE, &BatteryState::current, 0.001},
    FieldRow{136, Wire::U16LE, &BatteryState::problemCode},
    FieldRow{138, Wire::S16LE, &BatteryState::balanceCurrent, 0.001},
    FieldRow{141, Wire::U8, &BatteryState::soc},
    FieldRow{142, Wire::U32LE, &BatteryState::remainingAh, 0.001},
    FieldRow{146, Wire::U32LE, &BatteryState::capacityAh, 0.001},
    FieldRow{150, Wire::U32LE, &BatteryState::cycles},
    FieldRow{158, Wire::U8, &BatteryState::soh},
};
constexpr std::array flags24{
    FlagRow{166, Wire::U8, 0, &BatteryState::chargeAllowed},
    FlagRow{167, Wire::U8, 0, &BatteryState::dischargeAllowed},
};

/// Where a variant has its cells. Their numbers have holes: a bit says which are there.
struct CellTable
{
    size_t places;
    size_t voltagesAt;
    size_t resistancesAt;
    size_t presentAt;
    Wire wire;
    Scale scale;
};
constexpr CellTable cells24{24, 6, 64, 54, Wire::U16LE, 0.001};
constexpr CellTable cellsOfFloats{24, 6, 102, 214, Wire::F32LE, 1};
constexpr size_t balancing24At = 140;
constexpr size_t soc24At = 141;

struct SensorRow
{
    size_t offset;
    int bit; ///< of the sensors that are there
    bool later = false;
};
constexpr SensorRow mosfet24{134, 0};
constexpr std::array sensors24{SensorRow{130, 1}, SensorRow{132, 2}};
constexpr size_t sensors24At = 182;
// What lies at 254 repeats the MOSFETs'.
constexpr std::array sensors32{SensorRow{162, 1}, SensorRow{164, 2}, SensorRow{256, 4, true},
                               SensorRow{258, 5, true}};
constexpr size_t sensors32At = 214;
constexpr int laterSensorsFrom = 14;  ///< first number of the firmware
constexpr qint64 lowestSensor = -500; ///< 0.1 degC; -2000 is "none"
constexpr qint64 highestSensor = 1500;

// ---- JK04: floats ----
constexpr size_t floatsBalancingAt = 220;
constexpr size_t floatsBalanceCurrentAt = 222;
constexpr size_t floatsCellsAt = 34; ///< settings
constexpr size_t floatsBalancerAt = 114;

// ---- Which variant ----
constexpr size_t firstCellAt = 6;
constexpr size_t wideAt = 287; ///< not 0 in frames of 32 cells
constexpr int firstJk02 = 6;
constexpr int firstWide = 11;

using enum AlarmName;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr AlarmLevel warning = AlarmLevel::Warning;
constexpr std::array alarmRows{
    AlarmRow{0, BmsCable, warning}, // resistance of a wire
    AlarmRow{1, HighInternalTemperature, alarm},
    AlarmRow{2, InternalFailure, alarm}, // cell count
    AlarmRow{3, InternalFailure, alarm}, // current sensor
    AlarmRow{4, HighCellVoltage, alarm},
    AlarmRow{5, HighVoltage, alarm},
    AlarmRow{6, HighChargeCurrent, alarm},
    AlarmRow{7, HighChargeCurrent, alarm}, // short circuit
    AlarmRow{8, HighChargeTemperature, alarm},
    AlarmRow{9, LowChargeTemperature, alarm},
    AlarmRow{10, InternalFailure, alarm}, // communication
    AlarmRow{11, LowCellVoltage, alarm},
    AlarmRow{12, LowVoltage, alarm},
    AlarmRow{13, HighDischargeCurrent, alarm},
    AlarmRow{14, HighDischargeCurrent, alarm}, // short circuit
    AlarmRow{15, HighTemperature, alarm},
};
constexpr std::array furtherAlarms32{
    AlarmRow{16, InternalFailure, alarm},   // charge FET
    AlarmRow{17, InternalFailure, alarm},   // discharge FET
    AlarmRow{20, InternalFailure, warning}, // discharge not switched on
    AlarmRow{21, HighTemperature, alarm},      AlarmRow{22, InternalFailure, alarm}, // sensor
    AlarmRow{23, InternalFailure, warning},                                          // parallel module
    AlarmRow{24, InternalFailure, alarm}, // release after a short circuit
    AlarmRow{25, HighDischargeCurrent, alarm}, AlarmRow{26, HighDischargeCurrent, alarm},
    AlarmRow{27, LowTemperature, alarm},
};

// ---- Settings: the rows of the PB series and those that only these boards have ----
constexpr int rowBase = 0x1000; ///< of the PB series' register numbers: offset 6
constexpr int contentAt = 6;
constexpr int lastCounted = 0x1084; ///< up to here registers are counted from 1, four bytes each
constexpr size_t chargeVoltageAt = 38;
constexpr size_t switchesAt = 282;
constexpr int switchBase = 0x2000; ///< rows of single bits: + bit
constexpr int firstSwitch = 0x27;
constexpr const char *temperature = QT_TRANSLATE_NOOP("Parameter", "Temperature protection");
constexpr const char *current = QT_TRANSLATE_NOOP("Parameter", "Current protection");
constexpr const char *functions = QT_TRANSLATE_NOOP("Parameter", "Functions");
#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr Wire bit = Wire::S32LE;
// clang-format off
constexpr auto furtherRows = std::to_array<modbus::SettingRow>({
    {0x1116, "heatingStart", NAME("Heating start"), functions, "degC", Wire::S8, 1, 0, -40, 60, true},
    {0x1117, "heatingStop", NAME("Heating stop"), functions, "degC", Wire::S8, 1, 0, -40, 60, true},
    {0x1118, "sleepDelay", NAME("Sleep delay"), functions, "h", Wire::U8, 1, 0, 0, 255, true},
    {0x1122, "dischargeUndertemperature", NAME("Discharge undertemperature"), temperature, "degC", Wire::S8, 1, 0, -40, 60, true, true},
    {0x1123, "dischargeUndertemperatureRelease", NAME("Discharge undertemperature release"), temperature, "degC", Wire::S8, 1, 0, -40, 60, true},
    {switchBase + 0, "heating", NAME("Heating"), functions, "", bit, 1, 0, 0, 1, true},
    {switchBase + 4, "displayAlwaysOn", NAME("Display always on"), functions, "", bit, 1, 0, 0, 1, true},
    {switchBase + 6, "smartSleep", NAME("Smart sleep"), functions, "", bit, 1, 0, 0, 1, true},
    {switchBase + 8, "timedStoredData", NAME("Timed stored data"), functions, "", bit, 1, 0, 0, 1, true},
    {switchBase + 9, "floatMode", NAME("Charging float mode"), functions, "", bit, 1, 0, 0, 1, true},
    {switchBase + 12, "dischargeOvercurrent2", NAME("Second discharge overcurrent protection"), current, "", bit, 1, 0, 0, 1, true, true},
    {switchBase + 13, "dischargeOvercurrent3", NAME("Third discharge overcurrent protection"), current, "", bit, 1, 0, 0, 1, true, true},
});
// clang-format on
#undef NAME

// ---- Information ----
constexpr size_t serialAt = 86;
constexpr size_t serialSize = 16; ///< shorter ones end with NUL; behind it may lie a passcode

std::vector<modbus::SettingRow> rows32()
{
    const std::span<const modbus::SettingRow> shared = jk_pb::settingRows();
    std::vector<modbus::SettingRow> rows(shared.begin(), shared.end());
    rows.insert(rows.end(), furtherRows.begin(), furtherRows.end());
    return rows;
}

/// Without those that boards for 24 cells do not have.
std::vector<modbus::SettingRow> rows24()
{
    std::vector<modbus::SettingRow> rows;
    for (const modbus::SettingRow &row : jk_pb::settingRows()) {
        const bool has =
            row.reg != 0x1000 && (row.reg < 0x1018 || row.reg > 0x1024) && row.reg <= lastCounted;
        if (has)
            rows.push_back(row);
    }
    return rows;
}

/// Volts and ohm of the cells that are there; false where they can't be.
bool decodeCells(const CellTable &table, Bytes frame, BatteryState &to)
{
    const qint64 present = readInteger(frame, table.presentAt, Wire::U32LE).value_or(0);
    const size_t stride = static_cast<size_t>(wireSize(table.wire));
    for (size_t cell = 0; cell < table.places; ++cell) {
        if ((present >> cell & 1) == 0)
            continue;
        const auto voltage = readNumber(frame, table.voltagesAt + cell * stride, table.wire);
        const auto resistance = readNumber(frame, table.resistancesAt + cell * stride, table.wire);
        if (!voltage)
            return false;
        to.cellVoltages.emplace_back(table.scale.apply(*voltage));
        to.cellResistances.push_back(resistance ? Number(table.scale.apply(*resistance)) : std::nullopt);
    }
    to.cellCount = static_cast<qint64>(to.cellVoltages.size());
    return *to.cellCount > 0 &&
           std::all_of(to.cellVoltages.begin(), to.cellVoltages.end(),
                       [](const Number &cell) { return *cell >= 0 && *cell <= highestCell; });
}

Number sensor(Bytes frame, const SensorRow &row, size_t presentAt)
{
    const auto raw = readInteger(frame, row.offset, Wire::S16LE).value_or(lowestSensor - 1);
    if ((frame[presentAt] >> row.bit & 1) == 0 || raw < lowestSensor || raw > highestSensor)
        return std::nullopt;
    return static_cast<double>(raw) / 10;
}

bool decodeStatus24(Bytes frame, BatteryState &to)
{
    BatteryState read;
    if (frame[soc24At] > 100 || !decodeCells(cells24, frame, read))
        return false;
    decodeFields(fields24, frame, read);
    decodeFlags(flags24, frame, read);
    read.balancing = frame[balancing24At] != 0;
    read.mosfetTemperature = sensor(frame, mosfet24, sensors24At);
    for (const SensorRow &row : sensors24) {
        if (const Number value = sensor(frame, row, sensors24At))
            read.temperatures.push_back(value);
    }
    decodeAlarms(alarmRows, static_cast<quint64>(read.problemCode.value_or(0)), read.alarms);
    visitFields(
        [](Field, auto &target, auto &value) {
            if (isKnown(value))
                target = std::move(value);
        },
        to, read);
    return true;
}

bool decodeStatus32(Bytes frame, std::optional<int> firmware, BatteryState &to)
{
    if (!jk_pb::decodeStatus(frame, to))
        return false;
    to.temperatures.clear();
    for (const SensorRow &row : sensors32) {
        const Number value = sensor(frame, row, sensors32At);
        // Older boards have 0 there.
        const bool has = !row.later || (firmware ? *firmware >= laterSensorsFrom : value && *value != 0);
        if (value && has)
            to.temperatures.push_back(value);
    }
    const auto word = static_cast<quint64>(to.problemCode.value_or(0));
    to.alarms = {};
    decodeAlarms(alarmRows, word, to.alarms);
    decodeAlarms(furtherAlarms32, word, to.alarms);
    return true;
}

bool decodeStatusFloats(Bytes frame, BatteryState &to)
{
    BatteryState read;
    if (!decodeCells(cellsOfFloats, frame, read))
        return false;
    to.cellVoltages = read.cellVoltages;
    to.cellResistances = read.cellResistances;
    to.cellCount = read.cellCount;
    to.voltage = std::accumulate(read.cellVoltages.begin(), read.cellVoltages.end(), 0.0,
                                 [](double all, const Number &cell) { return all + *cell; });
    to.balancing = frame[floatsBalancingAt] != 0;
    to.balanceCurrent = readNumber(frame, floatsBalanceCurrentAt, Wire::F32LE);
    return true;
}

} // namespace

QByteArray question(quint8 reg, const QByteArray &value)
{
    QByteArray bytes = QByteArray::fromHex("aa5590eb");
    appendInteger(bytes, reg, Wire::U8);
    appendInteger(bytes, value.size(), Wire::U8);
    bytes += value + QByteArray(valueSize - value.size(), '\0');
    appendInteger(bytes, checksum(Checksum::Sum8, bytesOf(bytes)), Wire::U8);
    return bytes;
}

std::optional<Variant> variantByName(const QString &name)
{
    if (name == QLatin1String("JK04"))
        return Variant::Floats;
    if (name == QLatin1String("JK02_24S"))
        return Variant::Cells24;
    return name == QLatin1String("JK02_32S") ? std::optional(Variant::Cells32) : std::nullopt;
}

Variant variantByFirmware(int firmware)
{
    if (firmware < firstJk02)
        return Variant::Floats;
    return firmware < firstWide ? Variant::Cells24 : Variant::Cells32;
}

Variant variantByStatus(Bytes frame)
{
    const auto fits = [](std::optional<double> volts) {
        return volts && *volts >= lowestCell && *volts <= highestCell;
    };
    const double thousandths = readNumber(frame, firstCellAt, Wire::U16LE).value_or(0);
    if (!fits(thousandths / 1000) && fits(readNumber(frame, firstCellAt, Wire::F32LE)))
        return Variant::Floats;
    return frame[wideAt] == 0 ? Variant::Cells24 : Variant::Cells32;
}

bool decodeStatus(Variant variant, std::optional<int> firmware, Bytes frame, BatteryState &to)
{
    switch (variant) {
    case Variant::Floats:
        return decodeStatusFloats(frame, to);
    case Variant::Cells24:
        return decodeStatus24(frame, to);
    case Variant::Cells32:
        return decodeStatus32(frame, firmware, to);
    }
    return false;
}

bool decodeSettings(std::optional<Variant> variant, Bytes frame, BatteryState &to)
{
    if (variant == Variant::Floats) {
        if (frame[floatsCellsAt] < 1 || frame[floatsCellsAt] > cellsOfFloats.places)
            return false;
        to.balancerEnabled = frame[floatsBalancerAt] != 0;
        return true;
    }
    if (!jk_pb::decodeSettings(frame, to))
        return false;
    // Boards for 24 cells, and those that nobody told, have no charge voltage.
    if (variant == Variant::Cells24 || readInteger(frame, chargeVoltageAt, Wire::U32LE) == 0)
        to.maxVoltage.reset();
    return true;
}

std::optional<int> decodeInformation(Bytes frame, BatteryState &to)
{
    jk_pb::decodeInformation(frame, to);
    to.serialNumber = to.uniqueId = decodeText(frame.subspan(serialAt, serialSize));
    bool ok = false;
    const int first = to.firmwareVersion.value_or(QString()).section(QLatin1Char('.'), 0, 0).toInt(&ok);
    return ok ? std::optional(first) : std::nullopt;
}

void decodeParameters(std::optional<Variant> variant, Bytes frame, std::vector<ParameterValue> &to)
{
    if (variant == Variant::Floats)
        return;
    for (const modbus::SettingRow &row : settingRows(variant)) {
        std::optional<qint64> raw;
        if (row.reg >= switchBase)
            raw = readInteger(frame, switchesAt, Wire::U16LE).value_or(0) >> (row.reg - switchBase) & 1;
        else
            raw = readInteger(frame, static_cast<size_t>(row.reg - rowBase) + contentAt, row.wire);
        if (raw)
            to.push_back({QLatin1String(row.id), row.scale.apply(static_cast<double>(*raw))});
    }
}

const std::vector<modbus::SettingRow> &settingRows(std::optional<Variant> variant)
{
    static const std::vector<modbus::SettingRow> wide = rows32();
    static const std::vector<modbus::SettingRow> narrow = rows24();
    return variant == Variant::Cells24 ? narrow : wide;
}

quint8 registerOf(const modbus::SettingRow &row, std::optional<Variant> variant)
{
    const bool wide = variant != Variant::Cells24;
    if (row.reg >= switchBase)
        return static_cast<quint8>(firstSwitch + row.reg - switchBase);
    switch (row.reg) {
    case 0x1080: // short circuit delay
        return wide ? 0x21 : 0x25;
    case 0x1084: // balance start
        return wide ? 0x22 : 0x26;
    case 0x1116:
        return 0x37;
    case 0x1117:
        return 0x38;
    case 0x1118:
        return 0x39;
    case 0x1122:
        return 0x3A;
    case 0x1123:
        return 0x3B;
    default:
        return static_cast<quint8>((row.reg - rowBase) / 4 + 1);
    }
}

} // namespace sb::jk_ble
