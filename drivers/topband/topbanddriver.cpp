// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/topband/topbanddriver.h"

#include "bms/cells.h"
#include "drivers/frames/fittedcells.h"
#include "drivers/modbus/registers.h"

#include <cmath>

namespace sb::topband {
namespace {

using namespace frames;

enum Id : quint8 { Status = 1, Name = 2 };

/// What the text is made into: this byte, then the bytes that the digits stand for.
constexpr quint8 mark = 0xB0;
constexpr std::array<quint8, 3> textBegins{0x5E, 0x83, 0xB0}; ///< by device; none of them is a digit
constexpr size_t statusSize = 56;
constexpr FrameRule rule{.header = {mark},
                         .headerSize = 1,
                         .lengthPlus = 1 + statusSize,
                         .minimum = 1 + statusSize,
                         .maximum = 1 + statusSize,
                         .checksum = Checksum::Sum16,
                         .checksumFrom = 1,
                         .checksumAtEnd = 2};

constexpr std::array asks{Ask{Status, "", Asked::Always, false, 0, 5000, 2}};
constexpr quint16 nameCharacteristic = 0xFFE6; ///< of KiloVault

// Offsets from the start of the bytes.
constexpr std::array fields{
    FieldRow{4, Wire::S32LE, &BatteryState::current, 0.001},
    FieldRow{12, Wire::U16LE, &BatteryState::cycles},
    FieldRow{14, Wire::U16LE, &BatteryState::soc},
};
constexpr FieldRow topbandVoltage{0, Wire::U32LE, &BatteryState::voltage, 0.001};
constexpr FieldRow kilovaultVoltage{0, Wire::U16LE, &BatteryState::voltage, 0.001}; // 2: unknown
constexpr FieldRow topbandCharge{8, Wire::U32LE, &BatteryState::remainingAh, 0.001};
constexpr FieldRow kilovaultCharge{8, Wire::U32LE, &BatteryState::capacityAh, 0.001};
constexpr size_t temperatureAt = 16;
constexpr Scale kelvin(0.1, -273.15);
constexpr size_t statusAt = 18;
constexpr ListRow cells{22, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}; // 0: no cell there
constexpr int cellPlaces = 16;

constexpr quint8 opened = 0xFF; ///< any of these: the board has shut down
constexpr auto alarms = std::to_array<AlarmRow>({
    {0, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    {1, AlarmName::HighTemperature, AlarmLevel::Alarm},
    {2, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    {3, AlarmName::LowTemperature, AlarmLevel::Alarm},
    {4, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    {5, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    {6, AlarmName::LowVoltage, AlarmLevel::Alarm},
    {7, AlarmName::HighVoltage, AlarmLevel::Alarm},
});
constexpr AlarmRow shortCircuit{21, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}; // of KiloVault

constexpr double mostSoc = 100;
constexpr double leastSocToEstimate = 20;
constexpr double estimateDrift = 0.05; ///< a new estimate counts when it is further off
constexpr double sumTolerance = 0.05;

constexpr const char *kilovaultName = "[0-9][0-9]-[1-3][0-9]00HLX+[0-9][0-9][0-9][0-9]";

bool isKilovault(const DriverConfig &config)
{
    const auto option = [&](const char *name) {
        return config.options.value(QLatin1String(name)).toString();
    };
    const QString kind = QStringLiteral("kilovault");
    return option("variant").startsWith(kind, Qt::CaseInsensitive) ||
           option("bmsType").startsWith(kind, Qt::CaseInsensitive) ||
           option("localName").contains(QLatin1String("00HLX+"));
}

std::optional<quint8> digitOf(quint8 letter)
{
    if (letter >= '0' && letter <= '9')
        return static_cast<quint8>(letter - '0');
    if (letter >= 'A' && letter <= 'F')
        return static_cast<quint8>(letter - 'A' + 10);
    if (letter >= 'a' && letter <= 'f')
        return static_cast<quint8>(letter - 'a' + 10);
    return std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("topband");
    info.names = {QStringLiteral("Topband"), QStringLiteral("Ective"), QStringLiteral("Startcraft"),
                  QStringLiteral("Wattstunde"), QStringLiteral("KiloVault")};
    info.bmsTypes = {QStringLiteral("aiobmsble_topband_bms"), QStringLiteral("aiobmsble_ective_bms"),
                     QStringLiteral("Kilovault_Ble")};
    info.typeName = QStringLiteral("Topband");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0), .notify = {bluetoothUuid(0xFFE4)}}};
    info.bluetooth.advertisements = {{.service = "ffe0", .maker = 0x0000},
                                     {.service = "ffe0", .maker = 0xFFFF},
                                     {.name = kilovaultName, .variant = "kilovault"}};
    info.detectionRank = 30;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Measurements and cells: recorded statuses of a Topband board and of a KiloVault HLX+.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence",
        "The alarm bits, which are known of KiloVault only and taken to be the same in Topband "
        "boards, and the sign of KiloVault's current. Topband boards do not tell their capacity: it "
        "is estimated.");
    info.reads = {Field::deviceName,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

TopbandDriver::TopbandDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
    , m_kilovault(isKilovault(config))
{}

const DriverInfo &TopbandDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void TopbandDriver::requests(Phase phase, std::vector<Request> &to)
{
    FrameDriver::requests(phase, to);
    if (phase == Phase::Identify)
        m_cells = 0; // it may be another battery by now
    if (m_kilovault && phase == Phase::Identify) {
        Request name;
        name.id = Name;
        name.characteristic = bluetoothUuid(nameCharacteristic);
        name.reads = true;
        name.optional = true;
        name.tries = 1;
        to.push_back(name);
    }
}

Reply TopbandDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    if (pending && pending->reads) {
        update.values.deviceName = decodeText(bytes);
        return {ReplyState::Complete, 0};
    }
    return FrameDriver::receive(bytes, pending, update);
}

/// Behind the digits come others' bytes, and before them as well: only what is whole goes on.
Bytes TopbandDriver::cleaned(Bytes bytes)
{
    m_frames.clear();
    for (const quint8 letter : bytes) {
        if (std::find(textBegins.begin(), textBegins.end(), letter) != textBegins.end()) {
            m_digits = 0;
            m_text.assign(1, mark);
            continue;
        }
        if (!m_digits)
            continue;
        const std::optional<quint8> digit = digitOf(letter);
        if (!digit) {
            m_digits.reset();
            continue;
        }
        if (*m_digits % 2 == 0)
            m_text.push_back(static_cast<quint8>(*digit << 4));
        else
            m_text.back() = static_cast<quint8>(m_text.back() | *digit);
        if (++*m_digits == 2 * statusSize) {
            m_frames.insert(m_frames.end(), m_text.begin(), m_text.end());
            m_digits.reset();
        }
    }
    return m_frames;
}

std::optional<int> TopbandDriver::idOf(Bytes) const { return Status; }

FrameDriver::Taken TopbandDriver::decode(Bytes frame, const Request &, Update &update)
{
    const Bytes bytes = frame.subspan(1);
    BatteryState read;
    decodeFields(fields, bytes, read);
    decodeList(cells, cellPlaces, bytes, read);
    const size_t count = keepFitted(read.cellVoltages, m_cells);
    if (count == 0 || *read.soc > mostSoc)
        return Taken::Impossible;
    m_cells = count;
    BatteryState &to = update.values;
    to.current = read.current;
    to.cycles = read.cycles;
    to.soc = read.soc;
    to.cellVoltages = read.cellVoltages;
    takeStatus(bytes, to);
    return Taken::Done;
}

void TopbandDriver::takeStatus(Bytes bytes, BatteryState &to)
{
    to.cellCount = static_cast<qint64>(to.cellVoltages.size());
    to.temperatures.assign(1, kelvin.apply(*readNumber(bytes, temperatureAt, Wire::U16LE)));

    const auto status = static_cast<quint64>(readInteger(bytes, statusAt, Wire::U32LE).value_or(0));
    to.problemCode = static_cast<qint64>(m_kilovault ? status : status & opened);
    to.alarms = {};
    decodeAlarms(alarms, status, to.alarms);
    bool open = (status & opened) != 0;
    if (m_kilovault) {
        decodeAlarms({&shortCircuit, 1}, status, to.alarms);
        open = open || (status >> shortCircuit.bit & 1) != 0;
    }
    to.chargeAllowed = to.dischargeAllowed = !open;

    if (m_kilovault) {
        decodeFields({&kilovaultVoltage, 1}, bytes, to);
        decodeFields({&kilovaultCharge, 1}, bytes, to);
        to.remainingAh = *to.capacityAh * *to.soc / 100;
        return;
    }
    decodeFields({&topbandVoltage, 1}, bytes, to);
    decodeFields({&topbandCharge, 1}, bytes, to);
    if (*to.soc > leastSocToEstimate) {
        const double full = *to.remainingAh / *to.soc * 100;
        // The figure must not waver with each percent.
        if (!m_capacity || std::abs(full - *m_capacity) > estimateDrift * *m_capacity)
            m_capacity = std::round(full);
    }
    to.capacityAh = m_capacity;
}

Recognition TopbandDriver::recognise(const BatteryState &read) const
{
    return read.soc && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<TopbandDriver>(config);
            }};
}

} // namespace sb::topband
