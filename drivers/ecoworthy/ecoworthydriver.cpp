// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecoworthy/ecoworthydriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>

namespace sb::ecoworthy {
namespace {

using namespace frames;

constexpr quint8 statusMark = 0xA1;
constexpr quint8 cellsMark = 0xA2;
constexpr quint8 readRegisters = 0x03;
constexpr quint8 statusSize = 68; ///< of the Modbus answer that a frame carries
constexpr quint8 cellsSize = 86;

/// The two forms: where the mark stands, and the Modbus answer.
struct Form
{
    size_t markAt;
    size_t functionAt;
};
constexpr Form plain{0, 12};
constexpr Form addressed{6, 10};
constexpr size_t crcSize = 2;
constexpr size_t headSize = 2; ///< function and size

constexpr FrameRule ruleOf(const Form &form)
{
    FrameRule rule;
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = static_cast<quint16>(form.functionAt + 1);
    rule.lengthPlus = static_cast<quint16>(form.functionAt + headSize + crcSize);
    rule.minimum = rule.lengthPlus + statusSize;
    rule.maximum = rule.lengthPlus + cellsSize;
    rule.checksum = Checksum::Crc16Modbus;
    rule.checksumOrder = FrameRule::Order::LittleEndian;
    rule.checksumAtEnd = crcSize;
    return rule;
}

bool isOf(const Form &form, Bytes frame)
{
    const quint8 mark = frame[form.markAt];
    const quint8 size = frame[form.functionAt + 1];
    return frame[form.functionAt] == readRegisters &&
           ((mark == statusMark && size == statusSize) || (mark == cellsMark && size == cellsSize)) &&
           frame.size() == form.functionAt + headSize + size + crcSize;
}

/// The reading as it comes by itself; and where it does not, after one and the other command that wake the
/// radio.
enum Id : quint8 { Reading = 1 };
constexpr std::array asks{
    Ask{Reading, "", Asked::Always, false, 0, 3000, 1},
    Ask{Reading, "ff0802000b01006401ffffffffffffff002d", Asked::Always, false, 0, 2000, 1},
    Ask{Reading, "ff0802000b01001401ffffffffffffff65ef", Asked::Always, false, 0, 5000, 1},
};

constexpr std::array fields{
    FieldRow{2, Wire::U16BE, &BatteryState::soc},
    FieldRow{4, Wire::U16BE, &BatteryState::soh},
    FieldRow{6, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{12, Wire::U16BE, &BatteryState::capacityAh, 0.01},
};
constexpr size_t currentAt = 8;
constexpr int plainAmperes = 100; ///< units of one ampere
constexpr int addressedAmperes = 10;
constexpr size_t problemAt = 37;
constexpr size_t cellCountAt = 0;
constexpr size_t cellsAt = 2;
constexpr qint64 cellPlaces = 32;
constexpr qint64 noCell = 0xFFFF;
constexpr size_t sensorCountAt = 66;
constexpr size_t sensorsAt = 68;
constexpr qint64 sensorPlaces = 9;
constexpr qint64 noSensor = -1000;

constexpr double sumTolerance = 0.05;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("ecoworthy");
    info.names = {QStringLiteral("ECO-WORTHY"), QStringLiteral("DCHOUSE")};
    info.bmsTypes = {QStringLiteral("aiobmsble_ecoworthy_bms")};
    info.typeName = QStringLiteral("ECO-WORTHY");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFF2)}};
    info.bluetooth.advertisements = {{.name = "ECO-WORTHY 02_*"},
                                     {.name = "ECO-WORTHY*", .service = "fff0"},
                                     {.name = "DCHOUSE*", .service = "fff0"}};
    info.bluetooth.probes = false; // what wakes the radio is no read
    info.pollIntervalMs = 2000;
    info.detectionRank = 15;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Status and cells: recorded frames of both forms, 4 cells.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The meaning of the protection word is unknown.");
    info.reads = {Field::voltage,
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
                  Field::problemCode,
                  Field::alarms};
    return info;
}

bool decodeStatus(Bytes data, int perAmpere, BatteryState &to)
{
    decodeFields(fields, data, to);
    if (to.soc > 100) // some firmware keeps flags in it
        return false;
    if (to.soh > 100)
        to.soh.reset();
    to.current = readNumber(data, currentAt, Wire::S16BE).value_or(0) / perAmpere;
    if (to.capacityAh == 0.0)
        to.capacityAh.reset();
    if (to.capacityAh && to.soc)
        to.remainingAh = *to.capacityAh * *to.soc / 100;
    to.problemCode = readInteger(data, problemAt, Wire::U16BE);
    to.alarms.support(AlarmName::InternalFailure);
    if (to.problemCode != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return true;
}

bool decodeCells(Bytes data, BatteryState &to)
{
    const qint64 cells = readInteger(data, cellCountAt, Wire::U16BE).value_or(0);
    const qint64 sensors = readInteger(data, sensorCountAt, Wire::U16BE).value_or(0);
    if (cells < 1 || cells > cellPlaces || sensors > sensorPlaces)
        return false;
    to.cellCount = cells;
    for (size_t i = 0; i < static_cast<size_t>(cells); ++i) {
        const qint64 raw = readInteger(data, cellsAt + 2 * i, Wire::U16BE).value_or(noCell);
        to.cellVoltages.push_back(raw == noCell ? Number() : Number(static_cast<double>(raw) / 1000));
    }
    for (size_t i = 0; i < static_cast<size_t>(sensors); ++i) {
        const qint64 raw = readInteger(data, sensorsAt + 2 * i, Wire::S16BE).value_or(noSensor);
        if (raw > noSensor)
            to.temperatures.emplace_back(static_cast<double>(raw) / 10);
    }
    return true;
}

} // namespace

EcoworthyDriver::EcoworthyDriver(const DriverConfig &config)
    : FrameDriver(config, ruleOf(plain), asks)
{
    alsoFramed(ruleOf(addressed));
}

const DriverInfo &EcoworthyDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void EcoworthyDriver::requests(Phase phase, std::vector<Request> &to)
{
    FrameDriver::requests(phase, to);
    for (size_t i = to.size() - asks.size(); i + 1 < to.size(); ++i)
        to[i].orNext = true;
}

void EcoworthyDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    m_status.reset();
    m_cells.reset();
}

std::optional<int> EcoworthyDriver::idOf(Bytes frame) const
{
    return isOf(plain, frame) || isOf(addressed, frame) ? std::optional<int>(Reading) : std::nullopt;
}

FrameDriver::Taken EcoworthyDriver::decode(Bytes frame, const Request &, Update &update)
{
    const bool isPlain = isOf(plain, frame);
    const Form &form = isPlain ? plain : addressed;
    const Bytes data = frame.subspan(form.functionAt + headSize, frame[form.functionAt + 1]);
    BatteryState read;
    if (frame[form.markAt] == statusMark) {
        if (!decodeStatus(data, isPlain ? plainAmperes : addressedAmperes, read))
            return Taken::Impossible;
        m_status = std::move(read);
    } else {
        if (!decodeCells(data, read))
            return Taken::Impossible;
        m_cells = std::move(read);
    }
    if (!m_status || !m_cells)
        return Taken::Partly;
    update.values = *m_status;
    update.values.cellCount = m_cells->cellCount;
    update.values.cellVoltages = m_cells->cellVoltages;
    update.values.temperatures = m_cells->temperatures;
    return Taken::Done;
}

Recognition EcoworthyDriver::recognise(const BatteryState &read) const
{
    return read.soc && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<EcoworthyDriver>(config);
            }};
}

} // namespace sb::ecoworthy
