// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/superb/superbdriver.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace sb::superb {
namespace {

using namespace frames;

constexpr quint16 frameSize = 20;
constexpr FrameRule rule{.lengthPlus = frameSize, .minimum = frameSize, .maximum = frameSize};

constexpr int stateId = 1;
constexpr std::array asks{Ask{stateId, "", Asked::Always, false, 0, 5000, 1}};

constexpr std::array fields{
    FieldRow{2, Wire::U8, &BatteryState::soc},
    FieldRow{3, Wire::U8, &BatteryState::soh},
    FieldRow{8, Wire::F32BE, &BatteryState::current},
    FieldRow{12, Wire::F32BE, &BatteryState::voltage},
};
constexpr size_t stateAt = 1;
constexpr quint8 allIsWell = 0x01;
constexpr quint8 balancing = 0x80;

// Of a 12 V block; its bytes have no checksum.
constexpr double lowestVoltage = 5;
constexpr double highestVoltage = 20;
constexpr double mostAmperes = 2000;

double toThousandths(double value) { return std::round(value * 1000) / 1000; }

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("superb");
    info.names = {QStringLiteral("Super-B Epsilon")};
    info.bmsTypes = {QStringLiteral("aiobmsble_superb_bms")};
    info.typeName = QStringLiteral("Super-B");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("74b9c2d1-dc6d-42cf-a2e9-7398b8fc2e70")),
         .notify = {bluetoothUuid(QStringLiteral("6edadbe4-4f53-4a5a-96ed-02f93db93790"))}}};
    info.bluetooth.advertisements = {{.name = "Epsilon-*"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 80;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "The whole reading: captured notifications, charging and discharging.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The balancing bit. It tells no cells, no capacity and no temperature; its problem code "
                    "only says that something is wrong.");
    info.reads = {Field::uniqueId, Field::serialNumber, Field::voltage,   Field::current,     Field::power,
                  Field::soc,      Field::soh,          Field::balancing, Field::problemCode, Field::alarms};
    return info;
}

} // namespace

SuperbDriver::SuperbDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{
    static const QRegularExpression named(QStringLiteral("^Epsilon-(\\d{4,})$"));
    const QString name = config.options.value(QStringLiteral("localName")).toString().trimmed();
    if (const auto match = named.match(name); match.hasMatch())
        m_serialNumber = match.captured(1);
}

const DriverInfo &SuperbDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

Bytes SuperbDriver::cleaned(Bytes bytes) { return bytes.size() == frameSize ? bytes : Bytes(); }

std::optional<int> SuperbDriver::idOf(Bytes) const { return stateId; }

FrameDriver::Taken SuperbDriver::decode(Bytes frame, const Request &, Update &update)
{
    BatteryState read;
    decodeFields(fields, frame, read);
    if (!read.voltage || !read.current || *read.voltage < lowestVoltage || *read.voltage > highestVoltage ||
        std::abs(*read.current) > mostAmperes || *read.soc > 100 || *read.soh > 100)
        return Taken::Impossible;
    BatteryState &to = update.values;
    to.uniqueId = to.serialNumber = m_serialNumber;
    to.voltage = toThousandths(*read.voltage);
    to.current = toThousandths(*read.current);
    to.soc = read.soc;
    to.soh = read.soh;
    const bool well = (frame[stateAt] & allIsWell) != 0;
    to.balancing = (frame[stateAt] & balancing) != 0;
    to.problemCode = well ? 0 : 1;
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (!well)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return Taken::Done;
}

Recognition SuperbDriver::recognise(const BatteryState &read) const
{
    return read.voltage && read.current && read.soc && read.soh ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SuperbDriver>(config);
            }};
}

} // namespace sb::superb
