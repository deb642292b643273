// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_ble/jk_bledriver.h"

#include "drivers/jk_pb/jk_pbprotocol.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace sb::jk_ble {
namespace {

using namespace frames;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(JkBle)
};

// ---- Frames ----
constexpr FrameRule rule{.header = {0x55, 0xAA, 0xEB, 0x90},
                         .headerSize = 4,
                         .lengthPlus = 300,
                         .minimum = 300,
                         .maximum = 300,
                         .checksum = Checksum::Sum8,
                         .checksumAtEnd = 1};
/// That a write arrived, and after some answers.
constexpr FrameRule acknowledgement{.header = {0xAA, 0x55, 0x90, 0xEB},
                                    .headerSize = 4,
                                    .lengthPlus = 20,
                                    .minimum = 20,
                                    .maximum = 20,
                                    .checksum = Checksum::Sum8,
                                    .checksumAtEnd = 1};
constexpr size_t typeAt = 4;
constexpr quint8 acknowledged = 0xC8;
constexpr int valueSize = 13;
constexpr QByteArrayView moduleText("AT\r\n"); ///< that the radio module mixes in

enum Type : quint8 { Settings = 1, Status = 2, Information = 3 };
enum Register : quint8 {
    ChargeSwitch = 0x1D,
    DischargeSwitch = 0x1E,
    BalanceSwitch = 0x1F,
    AskSettings = 0x96, ///< begins the stream of status frames, too
    AskInformation = 0x97,
};
/// Ids of requests, beside the types of frames.
constexpr int anything = 0x100;
constexpr int parameterValues = 0x101;
constexpr int writeTo = 0x200; ///< + register

constexpr int answerMs = 1500;
constexpr int streamMs = 3000;
constexpr int settingsEveryMs = 300000;
constexpr int alreadyStreamingMs = 300;

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
constexpr double lowestCell = 0.5;
constexpr double highestCell = 5;
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

/// The register over Bluetooth of a row.
quint8 registerOf(const modbus::SettingRow &row, bool wide)
{
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

QString refusalText(int) { return {}; } // boards have no words for a refusal

QByteArray question(quint8 reg, const QByteArray &value = {})
{
    QByteArray bytes = QByteArray::fromHex("aa5590eb");
    appendInteger(bytes, reg, Wire::U8);
    appendInteger(bytes, value.size(), Wire::U8);
    bytes += value + QByteArray(valueSize - value.size(), '\0');
    appendInteger(bytes, checksum(Checksum::Sum8, bytesOf(bytes)), Wire::U8);
    return bytes;
}

Request ask(int id, quint8 reg, int timeoutMs, int tries)
{
    Request request;
    request.id = id;
    request.bytes = question(reg);
    request.timeoutMs = timeoutMs;
    request.tries = tries;
    return request;
}

Request listen(int id, int timeoutMs)
{
    Request request;
    request.id = id;
    request.timeoutMs = timeoutMs;
    request.tries = 1;
    return request;
}

Request writing(quint8 reg, const QByteArray &value)
{
    Request request;
    request.id = writeTo + reg;
    request.bytes = question(reg, value);
    request.timeoutMs = streamMs;
    return request;
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

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jk_ble");
    info.names = {QStringLiteral("JK"), QStringLiteral("Jikong"), QStringLiteral("Heltec")};
    info.bmsTypes = {QStringLiteral("Jkbms_Ble"), QStringLiteral("aiobmsble_jikong_bms")};
    info.typeName = QStringLiteral("JKBMS");
    info.transports = {TransportKind::Bluetooth};
    // A newer module has FFE1 twice: one is written, one notifies. An older one writes without response only.
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE1),
                                .mode = GattProfile::Write::WithoutResponse}};
    info.bluetooth.advertisements = {{.service = "ffe0", .maker = 0x0B65},
                                     {.service = "ffe0", .maker = 0x4B4A}};
    info.detectionRank = 15;
    info.honoursLimits = true;
    info.hasParameters = true;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence",
        "Status, settings and information: recorded frames of firmware 10 to 19, and of a balancer "
        "with floats.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "Writing switches and settings, the alarm bits from 16 on.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::deviceName,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::productionDate,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellResistances,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::balancerEnabled,
                  Field::balanceCurrent,
                  Field::heating,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge, Control::Balancing};
    return info;
}

constexpr size_t serialAt = 86;
constexpr size_t serialSize = 16; ///< shorter ones end with NUL; behind it may lie a passcode
constexpr double sumTolerance = 0.05;

} // namespace

JkBleDriver::JkBleDriver(const DriverConfig &config)
    : FrameDriver(config, rule, {})
    , m_acknowledgements(acknowledgement)
{}

const DriverInfo &JkBleDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void JkBleDriver::requests(Phase phase, std::vector<Request> &to)
{
    Request settings = ask(Settings, AskSettings, streamMs, 3);
    settings.optional = true;
    if (phase == Phase::Identify) {
        // A board that was left a moment ago goes on telling.
        to.push_back(listen(anything, alreadyStreamingMs));
        to.back().optional = true;
        to.push_back(ask(Information, AskInformation, answerMs, 2));
        to.back().optional = true;
    } else {
        settings.everyMs = settingsEveryMs;
    }
    to.push_back(settings);
    to.push_back(listen(Status, streamMs));
    to.back().orNext = true;
    // The stream has stopped: this begins it again.
    to.push_back(ask(Settings, AskSettings, streamMs, 3));
}

void JkBleDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    if (!request.bytes.isEmpty())
        m_acknowledgements.clear();
    m_statusHeard = m_settingsHeard = m_acknowledged = false;
    if (request.id >= writeTo)
        m_settings.clear();
}

Reply JkBleDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    QByteArrayView text = viewOf(bytes);
    if (text.startsWith(moduleText) &&
        (text.size() == moduleText.size() || bytes[moduleText.size()] == rule.header[0]))
        bytes = bytes.subspan(static_cast<size_t>(moduleText.size()));
    m_acknowledgements.feed(bytes);
    for (Bytes frame = m_acknowledgements.next(); !frame.empty(); frame = m_acknowledgements.next())
        m_acknowledged = m_acknowledged || frame[typeAt] == acknowledged;
    return FrameDriver::receive(bytes, pending, update);
}

Reply JkBleDriver::lineSilent(const Request *pending, Update &update)
{
    const Reply reply = FrameDriver::lineSilent(pending, update);
    if (reply.state != ReplyState::Waiting || !pending)
        return reply;
    // Some boards leave the settings out, others tell them only when they changed.
    bool enough = pending->id == Settings && (m_settingsHeard || m_statusHeard);
    if (pending->id == parameterValues && !m_settings.isEmpty()) {
        enough = takeSettings(bytesOf(m_settings), update.values);
        takeParameters(bytesOf(m_settings), update.parameters);
    }
    if (pending->id >= writeTo)
        enough = m_acknowledged;
    return enough ? Reply{ReplyState::Complete, 0} : reply;
}

std::optional<int> JkBleDriver::idOf(Bytes frame) const { return frame[typeAt]; }

FrameDriver::Taken JkBleDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    if (!take(frame, update))
        return Taken::Impossible;
    // The question for the settings begins the stream, too.
    return pending.id == Settings && !m_statusHeard ? Taken::Partly : Taken::Done;
}

FrameDriver::Taken JkBleDriver::unasked(Bytes frame, const Request *pending, Update &update)
{
    if (frame[typeAt] < Settings || frame[typeAt] > Information)
        return Taken::Foreign;
    if (!take(frame, update))
        return Taken::Impossible;
    if (!pending)
        return Taken::Partly;
    const bool settings = frame[typeAt] == Settings;
    if (settings && pending->id == parameterValues)
        takeParameters(frame, update.parameters);
    const bool answers = pending->id == anything || (settings && pending->id >= parameterValues) ||
                         (pending->id == Settings && m_statusHeard && m_settingsHeard);
    return answers ? Taken::Done : Taken::Partly;
}

bool JkBleDriver::take(Bytes frame, Update &update)
{
    switch (frame[typeAt]) {
    case Settings:
        if (!takeSettings(frame, update.values))
            return false;
        m_settings = viewOf(frame).toByteArray();
        m_settingsHeard = true;
        return true;
    case Status:
        if (!takeStatus(frame, update.values))
            return false;
        m_statusHeard = true;
        return true;
    default:
        takeInformation(frame, update.values);
        return true;
    }
}

std::optional<JkBleDriver::Variant> JkBleDriver::knownVariant() const
{
    const QString option = config().options.value(QStringLiteral("variant")).toString();
    if (option == QLatin1String("JK04"))
        return Variant::Floats;
    if (option == QLatin1String("JK02_24S"))
        return Variant::Cells24;
    if (option == QLatin1String("JK02_32S"))
        return Variant::Cells32;
    if (!m_firmware)
        return m_told;
    if (*m_firmware < firstJk02)
        return Variant::Floats;
    return *m_firmware < firstWide ? Variant::Cells24 : Variant::Cells32;
}

JkBleDriver::Variant JkBleDriver::variantOf(Bytes status) const
{
    if (const std::optional<Variant> known = knownVariant())
        return *known;
    const auto fits = [](std::optional<double> volts) {
        return volts && *volts >= lowestCell && *volts <= highestCell;
    };
    const double thousandths = readNumber(status, firstCellAt, Wire::U16LE).value_or(0);
    if (!fits(thousandths / 1000) && fits(readNumber(status, firstCellAt, Wire::F32LE)))
        return Variant::Floats;
    return status[wideAt] == 0 ? Variant::Cells24 : Variant::Cells32;
}

bool JkBleDriver::takeStatus(Bytes frame, BatteryState &to)
{
    const Variant variant = variantOf(frame);
    bool good = false;
    switch (variant) {
    case Variant::Floats:
        good = decodeStatusFloats(frame, to);
        break;
    case Variant::Cells24:
        good = decodeStatus24(frame, to);
        break;
    case Variant::Cells32:
        good = decodeStatus32(frame, m_firmware, to);
        break;
    }
    if (good)
        m_told = variant;
    return good;
}

bool JkBleDriver::takeSettings(Bytes frame, BatteryState &to)
{
    const std::optional<Variant> variant = knownVariant();
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

void JkBleDriver::takeInformation(Bytes frame, BatteryState &to)
{
    jk_pb::decodeInformation(frame, to);
    to.serialNumber = to.uniqueId = decodeText(frame.subspan(serialAt, serialSize));
    if (!to.firmwareVersion)
        return;
    bool ok = false;
    const int first = to.firmwareVersion->section(QLatin1Char('.'), 0, 0).toInt(&ok);
    if (ok)
        m_firmware = first;
}

void JkBleDriver::takeParameters(Bytes frame, std::vector<ParameterValue> &to) const
{
    const std::optional<Variant> variant = knownVariant();
    if (variant == Variant::Floats)
        return;
    for (const modbus::SettingRow &row : variant == Variant::Cells24 ? rows24() : rows32()) {
        std::optional<qint64> raw;
        if (row.reg >= switchBase) {
            raw = readInteger(frame, switchesAt, Wire::U16LE);
            raw = raw.value_or(0) >> (row.reg - switchBase) & 1;
        } else {
            raw = readInteger(frame, static_cast<size_t>(row.reg - rowBase + contentAt), row.wire);
        }
        if (raw)
            to.push_back({QLatin1String(row.id), row.scale.apply(static_cast<double>(*raw))});
    }
}

Recognition JkBleDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || read.cellVoltages.empty())
        return Recognition::No;
    const double sum = std::accumulate(read.cellVoltages.begin(), read.cellVoltages.end(), 0.0,
                                       [](double all, const Number &cell) { return all + cell.value_or(0); });
    return std::abs(sum - *read.voltage) <= sumTolerance * sum ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> JkBleDriver::control(Control control, double value, const BatteryState &)
{
    const bool on = value != 0;
    const auto command = [on](Register reg, const Request &read, Flag BatteryState::*shown,
                              const QString &notDone, const QString &noEffect) {
        QByteArray raw;
        appendInteger(raw, on ? 1 : 0, Wire::U32LE);
        return modbus::commandAndCheck({[reg, raw] { return writing(reg, raw); }, read,
                                        [on, shown](const BatteryState &state) { return state.*shown == on; },
                                        notDone, noEffect, refusalText});
    };
    const Request status = listen(Status, streamMs);
    switch (control) {
    case Control::Charge:
        return command(ChargeSwitch, status, &BatteryState::chargeAllowed,
                       Words::tr("the charge FET was not switched"),
                       Words::tr("the BMS confirmed, but the charge FET did not change"));
    case Control::Discharge:
        return command(DischargeSwitch, status, &BatteryState::dischargeAllowed,
                       Words::tr("the discharge FET was not switched"),
                       Words::tr("the BMS confirmed, but the discharge FET did not change"));
    case Control::Balancing:
        return command(BalanceSwitch, ask(parameterValues, AskSettings, streamMs, 3),
                       &BatteryState::balancerEnabled, Words::tr("the balancer was not switched"),
                       Words::tr("the BMS confirmed, but the balance switch did not change"));
    default:
        return nullptr;
    }
}

const std::vector<ParameterInfo> &JkBleDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(rows32());
    return infos;
}

modbus::SettingAccess JkBleDriver::settings() const
{
    const bool wide = knownVariant() != Variant::Cells24;
    static const std::vector<modbus::SettingRow> ofWide = rows32();
    static const std::vector<modbus::SettingRow> ofNarrow = rows24();
    return {wide ? ofWide : ofNarrow,
            [](const modbus::SettingRow &) { return ask(parameterValues, AskSettings, streamMs, 3); },
            [wide](const modbus::SettingRow &row, const QByteArray &raw) {
                return writing(registerOf(row, wide), raw);
            },
            refusalText};
}

std::unique_ptr<Procedure> JkBleDriver::readParameters(const QStringList &ids)
{
    return knownVariant() == Variant::Floats ? nullptr : modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> JkBleDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return knownVariant() == Variant::Floats ? nullptr : modbus::writeSettings(settings(), values);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<JkBleDriver>(config);
            }};
}

} // namespace sb::jk_ble
