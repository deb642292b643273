// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/hlpdatabms4s/hlpdatabms4stext.h"

#include <algorithm>
#include <cmath>

namespace sb::hlpdatabms4s {
namespace {

constexpr qsizetype cellCount = 4;
constexpr qsizetype leastFields = 13;
constexpr qsizetype mostFields = 32;
enum FieldIndex : qsizetype { Current = 4, Soc = 5, ChargeOn = 6, LoadOn = 7, Beep = 11, FirstSensor = 13 };
constexpr auto measureCommand = "m1";
constexpr auto product = "BMS4S";
constexpr qsizetype longestVersion = 40;

constexpr double highestCell = 5; ///< V
constexpr double mostCurrent = 1000;
constexpr double mostSoc = 100;
constexpr double coldest = -50; ///< degC
constexpr double hottest = 150;
constexpr double mostCapacity = 5000; ///< Ah
constexpr double leastLimit = 0.5;    ///< V per cell

// How far two readings may lie apart.
constexpr double cellStep = 0.1; ///< V
constexpr double currentStep = 1;
constexpr double currentShare = 0.1;
constexpr double socStep = 1;
constexpr double temperatureStep = 2;

constexpr qsizetype longestUnit = 6;
constexpr qsizetype longestNumber = 10;

using enum AlarmName;
struct BeepRow
{
    int code;
    AlarmName alarm;
    AlarmLevel level;
};
constexpr std::array beeps{
    BeepRow{2, LowChargeTemperature, AlarmLevel::Warning},
    BeepRow{3, HighChargeTemperature, AlarmLevel::Warning},
    BeepRow{4, LowVoltage, AlarmLevel::Alarm},
    BeepRow{5, HighVoltage, AlarmLevel::Alarm},
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool isBlank(char c) { return c == ' ' || c == '\t'; }
/// Printable ASCII, and what a degree sign may be in other encodings.
bool isText(const QByteArray &line)
{
    return std::all_of(line.begin(), line.end(),
                       [](char c) { return isBlank(c) || (c >= 0x20 && c < 0x7F) || c < 0; });
}

Number within(Number value, double lowest, double highest)
{
    return value && *value >= lowest && *value <= highest ? value : std::nullopt;
}

/// A cell is written with its fraction, always.
Number cellOf(const QByteArray &field)
{
    return field.contains('.') ? within(numberOf(field), 0, highestCell) : std::nullopt;
}

std::optional<bool> switchOf(const QByteArray &field)
{
    const QByteArray text = field.trimmed();
    if (text == "0" || text == "1")
        return text == "1";
    return std::nullopt;
}

std::optional<int> codeOf(const QByteArray &field)
{
    const QByteArray text = field.trimmed();
    if (text.isEmpty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), isDigit))
        return std::nullopt;
    return text.toInt();
}

/// The echo of the command may stand before the first value.
QByteArray withoutEcho(const QByteArray &line)
{
    const QByteArray text = line.trimmed();
    return text.startsWith(measureCommand) ? text.mid(qstrlen(measureCommand)).trimmed() : text;
}

/// "name value"; those of the battery begin with b. Others, and what is no such token, change nothing.
void takeSensor(const QByteArray &field, Measurement &to)
{
    const QByteArray token = field.trimmed();
    if (!token.startsWith('b'))
        return;
    qsizetype nameEnd = 0;
    while (nameEnd < token.size() && (isLetter(token[nameEnd]) || isDigit(token[nameEnd])))
        ++nameEnd;
    to.names.append(QString::fromLatin1(token.first(nameEnd)));
    to.temperatures.push_back(within(numberOf(token.mid(nameEnd)), coldest, hottest));
}

bool near(double a, double b, double step) { return std::abs(a - b) <= step; }

/// The value of "key= value"; it ends at a blank.
Number settingOf(const QByteArray &text, const char *key)
{
    const QByteArray name = QByteArray(key) + '=';
    qsizetype at = text.indexOf(name);
    while (at > 0 && (isLetter(text[at - 1]) || isDigit(text[at - 1])))
        at = text.indexOf(name, at + 1);
    if (at < 0)
        return std::nullopt;
    qsizetype begin = at + name.size();
    while (begin < text.size() && isBlank(text[begin]))
        ++begin;
    qsizetype end = begin;
    while (end < text.size() && !isBlank(text[end]) && text[end] != '\r' && text[end] != '\n')
        ++end;
    if (end == text.size())
        return std::nullopt; // cut off
    return numberOf(text.mid(begin, end - begin).replace(',', '.'));
}

} // namespace

Number numberOf(const QByteArray &text)
{
    const QByteArray given = text.trimmed();
    qsizetype at = 0;
    if (at < given.size() && (given[at] == '-' || given[at] == '+'))
        ++at;
    const auto digits = [&] {
        const qsizetype from = at;
        while (at < given.size() && isDigit(given[at]))
            ++at;
        return at - from;
    };
    if (digits() == 0)
        return std::nullopt;
    if (at < given.size() && given[at] == '.') {
        ++at;
        if (digits() == 0)
            return std::nullopt;
    }
    const QByteArray unit = given.mid(at).trimmed();
    const auto ofUnit = [](char c) { return isLetter(c) || c == '%' || c < 0; };
    if (at > longestNumber || unit.size() > longestUnit || !std::all_of(unit.begin(), unit.end(), ofUnit))
        return std::nullopt;
    bool ok = false;
    const double value = given.first(at).toDouble(&ok);
    return ok ? Number(value) : std::nullopt;
}

QByteArrayList linesOf(const QByteArray &text)
{
    QByteArrayList lines;
    qsizetype from = 0;
    for (qsizetype end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        const QByteArray line = text.mid(from, end - from);
        lines.append(line.endsWith('\r') ? line.chopped(1) : line);
        from = end + 1;
    }
    return lines;
}

std::optional<Measurement> measurementOf(const QByteArray &line)
{
    const QByteArrayList fields = withoutEcho(line).split(',');
    if (!isText(line) || fields.size() < leastFields || fields.size() > mostFields)
        return std::nullopt;
    Measurement read;
    for (qsizetype i = 0; i < cellCount; ++i) {
        const Number cell = cellOf(fields[i]);
        if (!cell)
            return std::nullopt;
        read.cells.push_back(cell);
    }
    const Number current = within(numberOf(fields[Current]), -mostCurrent, mostCurrent);
    const Number soc = within(numberOf(fields[Soc]), 0, mostSoc);
    const std::optional<bool> charge = switchOf(fields[ChargeOn]);
    const std::optional<bool> discharge = switchOf(fields[LoadOn]);
    const std::optional<int> beep = codeOf(fields[Beep]);
    if (!current || !soc || !charge || !discharge || !beep)
        return std::nullopt;
    read.current = *current + 0.0;
    read.soc = *soc;
    read.charge = *charge;
    read.discharge = *discharge;
    read.beep = *beep;
    for (qsizetype i = FirstSensor; i < fields.size(); ++i)
        takeSensor(fields[i], read);
    return read;
}

QString versionOf(const QByteArray &line)
{
    const qsizetype at = line.indexOf(product);
    const QByteArray text = at < 0 ? QByteArray() : line.mid(at).trimmed();
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    return plain && text.size() <= longestVersion ? QString::fromLatin1(text) : QString();
}

Settings settingsOf(const QByteArray &text)
{
    Settings read;
    read.capacity = within(settingOf(text, "BatterySize"), 1, mostCapacity);
    read.cellHigh = within(settingOf(text, "VoltHigh"), leastLimit, highestCell);
    read.cellLow = within(settingOf(text, "VoltLow"), leastLimit, highestCell);
    if (read.cellHigh && read.cellLow && *read.cellHigh <= *read.cellLow) {
        read.cellHigh.reset();
        read.cellLow.reset();
    }
    return read;
}

bool Measurement::isNear(const Measurement &other) const
{
    for (size_t i = 0; i < cells.size(); ++i) {
        if (!near(*cells[i], *other.cells[i], cellStep))
            return false;
    }
    if (names != other.names)
        return false;
    for (size_t i = 0; i < temperatures.size(); ++i) {
        const Number &mine = temperatures[i];
        const Number &its = other.temperatures[i];
        if (mine.has_value() != its.has_value() || (mine && !near(*mine, *its, temperatureStep)))
            return false;
    }
    const double step = std::max(currentStep, currentShare * std::abs(other.current));
    return near(current, other.current, step) && near(soc, other.soc, socStep) && charge == other.charge &&
           discharge == other.discharge && beep == other.beep;
}

void Measurement::write(BatteryState &to) const
{
    to.manufacturer = QStringLiteral("HLPdata");
    to.cellVoltages = cells;
    to.cellCount = cellCount;
    double sum = 0;
    for (const Number &cell : cells)
        sum += *cell;
    to.voltage = std::round(sum * 1e6) / 1e6;
    to.current = current;
    to.soc = soc;
    to.chargeAllowed = charge;
    to.dischargeAllowed = discharge;
    to.temperatures = temperatures;
    to.temperatureNames = names;
    to.alarms = {};
    for (const BeepRow &row : beeps) {
        if (row.code == beep)
            to.alarms.raise(row.alarm, row.level);
        else
            to.alarms.support(row.alarm);
    }
}

void Settings::write(BatteryState &to) const
{
    to.capacityAh = capacity;
    to.maxVoltage = cellHigh ? Number(*cellHigh * cellCount) : std::nullopt;
    to.minVoltage = cellLow ? Number(*cellLow * cellCount) : std::nullopt;
    // The reference tells packs apart by it; two of one capacity are told apart by their ports.
    if (capacity)
        to.uniqueId = QStringLiteral("BMS4S_%1").arg(*capacity);
}

} // namespace sb::hlpdatabms4s
