// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/superb_v2/superb_v2driver.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace sb::superb_v2 {
namespace {

using namespace frames;

constexpr quint16 frameSize = 24;
constexpr FrameRule rule{.lengthPlus = frameSize, .minimum = frameSize, .maximum = frameSize};

enum Type : quint8 { Charge = 0x00, Flow = 0x02 };

constexpr int readingId = 0x54;
constexpr std::array asks{Ask{readingId, "215400", Asked::Always, false, 0, 3000}};

constexpr std::array chargeFields{
    FieldRow{1, Wire::U8, &BatteryState::soc},
    FieldRow{18, Wire::U8, &BatteryState::cycles},
    FieldRow{19, Wire::U8, &BatteryState::soh},
};
constexpr std::array flowFields{
    FieldRow{6, Wire::S32BE, &BatteryState::current, 0.001},
    FieldRow{10, Wire::U16BE, &BatteryState::voltage, 0.001},
};

// Of a 12 V block; its bytes have no checksum.
constexpr double lowestVoltage = 5;
constexpr double highestVoltage = 20;
constexpr double mostAmperes = 2000;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("superb_v2");
    info.names = {QStringLiteral("Super-B Epsilon V2")};
    info.bmsTypes = {QStringLiteral("aiobmsble_superb_v2_bms")};
    info.typeName = QStringLiteral("Super-B");
    info.transports = {TransportKind::Bluetooth};
    const QUuid command = bluetoothUuid(QStringLiteral("cf9ccdfa-eee9-43ce-87a5-82b54af5324e"));
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("cf9ccdf7-eee9-43ce-87a5-82b54af5324e")),
         .notify = {command, bluetoothUuid(QStringLiteral("e0fef452-9d2b-4005-a1e3-69fe1102b436"))},
         .write = command}};
    info.bluetooth.advertisements = {
        {.name = "Epsilon*", .maker = 0x50BE, .makerData = "457073696c6f6e205632"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 75;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Both halves of a reading: captured notifications, charging and discharging.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "It tells no cells, no capacity, no temperature and no alarms.");
    info.reads = {Field::uniqueId, Field::serialNumber, Field::voltage, Field::current,
                  Field::power,    Field::soc,          Field::soh,     Field::cycles};
    return info;
}

} // namespace

SuperbV2Driver::SuperbV2Driver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{
    static const QRegularExpression named(QStringLiteral("^Epsilon.* - (\\d{4,})$"));
    const QString name = config.options.value(QStringLiteral("localName")).toString().trimmed();
    if (const auto match = named.match(name); match.hasMatch())
        m_serialNumber = match.captured(1);
    m_piece.reserve(frameSize);
}

const DriverInfo &SuperbV2Driver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

/// A whole notification stands for itself, so that a lost part can't shift what follows.
Bytes SuperbV2Driver::cleaned(Bytes bytes)
{
    if (m_piece.size() == frameSize || m_piece.size() + bytes.size() > frameSize)
        m_piece.clear(); // handed out last time, or its end was lost
    if (bytes.size() >= frameSize)
        return bytes.size() == frameSize ? bytes : Bytes();
    m_piece.insert(m_piece.end(), bytes.begin(), bytes.end());
    return m_piece.size() == frameSize ? Bytes(m_piece) : Bytes();
}

void SuperbV2Driver::begin(const Request &request)
{
    // Half a reading that an earlier question left behind may be hours old.
    m_piece.clear();
    m_charge.clear();
    if (!m_flowIsEarly)
        m_flow.clear();
    m_flowIsEarly = false;
    FrameDriver::begin(request);
}

Reply SuperbV2Driver::receive(Bytes bytes, const Request *pending, Update &update)
{
    if (!pending && bytes.size() == frameSize && bytes[0] == Flow)
        m_flowIsEarly = keep(bytes);
    return FrameDriver::receive(bytes, pending, update);
}

Reply SuperbV2Driver::lineSilent(const Request *pending, Update &update)
{
    m_piece.clear();
    return FrameDriver::lineSilent(pending, update);
}

std::optional<int> SuperbV2Driver::idOf(Bytes frame) const
{
    if (frame[0] != Charge && frame[0] != Flow)
        return std::nullopt;
    return readingId;
}

bool SuperbV2Driver::keep(Bytes frame)
{
    BatteryState read;
    if (frame[0] == Charge) {
        decodeFields(chargeFields, frame, read);
        if (*read.soc > 100 || *read.soh > 100)
            return false;
        m_charge = read;
        return true;
    }
    decodeFields(flowFields, frame, read);
    if (frame[0] != Flow || *read.voltage < lowestVoltage || *read.voltage > highestVoltage ||
        std::abs(*read.current) > mostAmperes)
        return false;
    m_flow = read;
    return true;
}

FrameDriver::Taken SuperbV2Driver::decode(Bytes frame, const Request &, Update &update)
{
    if (!keep(frame))
        return Taken::Impossible;
    if (!m_charge.soc || !m_flow.voltage)
        return Taken::Partly;
    BatteryState &to = update.values;
    to.uniqueId = to.serialNumber = m_serialNumber;
    to.voltage = m_flow.voltage;
    to.current = m_flow.current;
    to.soc = m_charge.soc;
    to.soh = m_charge.soh;
    to.cycles = m_charge.cycles;
    m_charge.clear();
    m_flow.clear();
    return Taken::Done;
}

Recognition SuperbV2Driver::recognise(const BatteryState &read) const
{
    return read.voltage && read.current && read.soc && read.soh ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SuperbV2Driver>(config);
            }};
}

} // namespace sb::superb_v2
