// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ogt/ogtdriver.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace sb::ogt {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Ogt)
};

// ---- The key ----
constexpr QLatin1String namePrefix("SmartBat-");
constexpr qsizetype typeAt = 9;
constexpr qsizetype serialAt = 10;
constexpr std::array<quint8, 16> keyOf{2, 5, 4, 3, 1, 4, 1, 6, 8, 3, 7, 2, 5, 8, 9, 3}; ///< of a digit
constexpr quint8 keyOfA = 5;
constexpr quint8 keyOfB = 8;
constexpr int leastDigits = 4;

// ---- The text ----
constexpr QByteArrayView prefix("+RD,");
constexpr QByteArrayView failed("+RD,Err");
constexpr qsizetype registerAt = 4;
constexpr qsizetype longestLine = 32;
constexpr int answerMs = 1500;

// ---- Registers ----
enum class Kind : quint8 { Soc, Remaining, Voltage, Temperature, Current, Cycles, Cell };
struct RegisterRow
{
    int reg;
    int size;
    Kind kind;
    double divisor;
};
constexpr std::array registersOfA{
    RegisterRow{0x02, 1, Kind::Soc, 1},        RegisterRow{0x04, 3, Kind::Remaining, 1000},
    RegisterRow{0x08, 2, Kind::Voltage, 1000}, RegisterRow{0x0C, 2, Kind::Temperature, 10},
    RegisterRow{0x10, 3, Kind::Current, 100},  RegisterRow{0x2C, 2, Kind::Cycles, 1},
};
constexpr std::array registersOfB{
    RegisterRow{0x08, 2, Kind::Temperature, 10}, RegisterRow{0x09, 2, Kind::Voltage, 1000},
    RegisterRow{0x0A, 3, Kind::Current, 1000},   RegisterRow{0x0D, 1, Kind::Soc, 1},
    RegisterRow{0x0F, 3, Kind::Remaining, 1000}, RegisterRow{0x17, 2, Kind::Cycles, 1},
};
constexpr int firstCell = 0x3F; ///< further ones go downwards
constexpr size_t mostCells = 16;
constexpr double zeroCelsius = 273.15;
constexpr double highestCell = 5;
constexpr double lowestVoltage = 5;
constexpr double highestVoltage = 100;

std::span<const RegisterRow> registersOf(char type)
{
    return type == 'A' ? std::span<const RegisterRow>(registersOfA)
                       : std::span<const RegisterRow>(registersOfB);
}

std::optional<size_t> cellOf(int reg)
{
    const int cell = firstCell - reg;
    return cell >= 0 && cell < static_cast<int>(mostCells) ? std::optional<size_t>(cell) : std::nullopt;
}

QByteArray scrambled(QByteArray text, quint8 key)
{
    for (char &c : text)
        c = static_cast<char>(c ^ key);
    return text;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("ogt");
    info.names = {QStringLiteral("Offgridtec Smart Pro")};
    info.bmsTypes = {QStringLiteral("aiobmsble_ogt_bms")};
    info.typeName = QStringLiteral("Offgridtec");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF4)},
                                .write = bluetoothUuid(0xFFF6)}};
    info.bluetooth.advertisements = {{.name = "SmartBat-[AB]*", .service = "fff0"}};
    info.pollIntervalMs = 5000;
    info.detectionRank = 70;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "All values: recorded answers of both types.");
    info.reads = {Field::uniqueId,          Field::serialNumber, Field::voltage,
                  Field::current,           Field::power,        Field::soc,
                  Field::remainingAh,       Field::cycles,       Field::cellCount,
                  Field::cellVoltages,      Field::temperatures, Field::minCellTemperature,
                  Field::maxCellTemperature};
    return info;
}

} // namespace

OgtDriver::OgtDriver(const DriverConfig &config)
    : Driver(config)
{
    const QString name = config.options.value(QStringLiteral("localName")).toString().trimmed();
    const QChar type = name.size() > serialAt ? name.at(typeAt) : QChar();
    bool ok = false;
    const uint serial = name.mid(serialAt).toUInt(&ok);
    if (!name.startsWith(namePrefix) || !ok || (type != QLatin1Char('A') && type != QLatin1Char('B')))
        return;
    m_type = type.toLatin1();
    m_serial = name.mid(serialAt);
    m_key = m_type == 'A' ? keyOfA : keyOfB;
    int digits = 0;
    for (uint rest = serial; digits < leastDigits || rest > 0; rest >>= 4, ++digits)
        m_key = static_cast<quint8>(m_key + keyOf[rest & 0x0F]);
}

const DriverInfo &OgtDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

Request OgtDriver::ask(int reg, int size) const
{
    const auto hex = [](int value) { return QByteArray::number(value, 16).toUpper().rightJustified(2, '0'); };
    Request request;
    request.id = reg;
    request.bytes = scrambled((m_type == 'A' ? "+RAA" : "+R16") + hex(reg) + hex(size), m_key);
    request.timeoutMs = answerMs;
    return request;
}

void OgtDriver::requests(Phase, std::vector<Request> &to)
{
    if (m_type == 0)
        return;
    for (const RegisterRow &row : registersOf(m_type))
        to.push_back(ask(row.reg, row.size));
    if (m_type == 'A')
        return;
    for (size_t cell = 0; cell < m_fitted.value_or(mostCells); ++cell) {
        to.push_back(ask(firstCell - static_cast<int>(cell), 2));
        to.back().optional = true;
        to.back().tries = m_fitted ? 3 : 1;
    }
}

void OgtDriver::begin(const Request &request)
{
    m_text.clear();
    if (request.id == firstCell && m_type == 'B')
        m_cells.clear();
}

Reply OgtDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_text += scrambled(viewOf(bytes).toByteArray(), m_key);
    for (qsizetype start = m_text.indexOf(prefix); start >= 0; start = m_text.indexOf(prefix)) {
        m_counters.noiseBytes += static_cast<quint64>(start);
        m_text.remove(0, start);
        const bool error = m_text.startsWith(failed);
        const qsizetype end = error ? failed.size() : m_text.indexOf("\r\n");
        if (end < 0)
            break;
        const QByteArray line = m_text.first(end);
        m_text.remove(0, end);
        ++m_counters.frames;
        if (!pending) {
            ++m_counters.foreignFrames;
            continue;
        }
        const Reply reply = error ? refused(pending->id) : take(line, *pending, update);
        if (reply.state != ReplyState::Waiting)
            return reply;
    }
    if (m_text.size() > longestLine)
        m_text.clear();
    return {};
}

/// Behind the last cell there are no registers.
Reply OgtDriver::refused(int reg)
{
    const auto cell = cellOf(reg);
    if (m_type == 'B' && cell && !m_fitted && m_cells.size() == *cell)
        m_fitted = *cell;
    return {ReplyState::Refused, 0};
}

Reply OgtDriver::take(QByteArrayView line, const Request &pending, Update &update)
{
    const QByteArray digits = line.sliced(registerAt).toByteArray();
    const bool hexadecimal = std::all_of(digits.begin(), digits.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
    });
    // The register, two bytes, and a multiplier where the values are wide.
    if (!hexadecimal || (digits.size() != 6 && digits.size() != 8)) {
        ++m_counters.malformed;
        return {};
    }
    const QByteArray raw = QByteArray::fromHex(digits);
    if (static_cast<quint8>(raw.at(0)) != pending.id) {
        ++m_counters.foreignFrames;
        return {};
    }
    const Bytes bytes = bytesOf(raw);
    const bool wide = bytes.size() > 3;
    const auto number = readInteger(bytes, 1, wide ? Wire::S16LE : Wire::U16LE).value_or(0);
    const auto value = static_cast<double>(wide ? number * std::max<qint64>(bytes[3], 1) : number);
    if (decode(pending.id, value, update.values))
        return {ReplyState::Complete, 0};
    ++m_counters.malformed;
    return {};
}

bool OgtDriver::decode(int reg, double value, BatteryState &to)
{
    const std::span<const RegisterRow> rows = registersOf(m_type);
    const auto row =
        std::find_if(rows.begin(), rows.end(), [reg](const RegisterRow &each) { return each.reg == reg; });
    if (row == rows.end()) {
        const auto cell = cellOf(reg);
        if (m_type != 'B' || !cell || value / 1000 > highestCell)
            return false;
        m_cells.resize(std::max(m_cells.size(), *cell + 1));
        m_cells[*cell] = value / 1000;
        if (*cell + 1 == mostCells)
            m_fitted = mostCells;
        // Not while cells of this round are still to come, as far as it is known how many there are.
        if (*cell + 1 >= m_fitted.value_or(0)) {
            to.cellVoltages = m_cells;
            to.cellCount = static_cast<qint64>(m_cells.size());
        }
        return true;
    }
    const double scaled = value / row->divisor;
    switch (row->kind) {
    case Kind::Soc:
        if (scaled > 100)
            return false;
        to.soc = scaled;
        break;
    case Kind::Remaining:
        if (scaled < 0)
            return false;
        to.remainingAh = scaled;
        break;
    case Kind::Voltage:
        to.voltage = scaled;
        to.serialNumber = to.uniqueId = m_serial;
        break;
    case Kind::Temperature:
        to.temperatures.assign(1, scaled - zeroCelsius);
        break;
    case Kind::Current:
        to.current = scaled;
        break;
    case Kind::Cycles:
        to.cycles = static_cast<qint64>(scaled);
        break;
    case Kind::Cell:
        break;
    }
    return true;
}

Reply OgtDriver::lineSilent(const Request *, Update &)
{
    m_counters.noiseBytes += static_cast<quint64>(m_text.size());
    m_text.clear();
    return {};
}

Recognition OgtDriver::recognise(const BatteryState &read) const
{
    const bool fits = m_type != 0 && read.voltage && *read.voltage >= lowestVoltage &&
                      *read.voltage <= highestVoltage && read.current && read.soc && read.remainingAh;
    return fits ? Recognition::Yes : Recognition::No;
}

QString OgtDriver::objection(const BatteryState &read) const
{
    if (m_type == 0)
        return Words::tr(
            "the battery can only be read with the name that it advertises from the factory, such as "
            "SmartBat-B12345");
    return Driver::objection(read);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<OgtDriver>(config);
            }};
}

} // namespace sb::ogt
