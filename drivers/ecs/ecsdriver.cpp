// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecs/ecsdriver.h"

namespace sb::ecs {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 1;
constexpr int usualFirstModule = 2;
constexpr int usualCells = 15;
constexpr int maxCells = 64;
constexpr int maxUnit = 247;

constexpr int meterTimeoutMs = 300;
constexpr int moduleTimeoutMs = 100; ///< the meter waits meanwhile
constexpr int moduleTries = 2;
constexpr int lostAfterMisses = 3;
constexpr int absentEveryMs = 30000;
constexpr int alarmAfterRounds = 10; ///< at one poll per second, 10 s

constexpr Read atStart(quint16 start, quint16 count, bool optional = false)
{
    return {ReadHolding, start, count, Asked::AtStart, optional, 0, meterTimeoutMs};
}
constexpr Read live(quint16 start, quint16 count, Form form, bool optional = false)
{
    return {ReadHolding, start, count, Asked::Always, optional, 0, meterTimeoutMs, form, 1};
}
constexpr quint16 idReg = 0;
constexpr quint16 serialReg = 2;
constexpr quint16 dischargeLimitReg = 30;
constexpr quint16 chargeLimitReg = 31;
constexpr quint16 capacityReg = 46;
constexpr quint16 temperaturesReg = 102;
constexpr quint16 voltageReg = 108;
constexpr quint16 currentReg = 114;
constexpr quint16 socReg = 128;
constexpr quint16 chargeStateReg = 130;
constexpr quint16 loadStateReg = 131;
constexpr std::array reads{
    atStart(idReg, 1),
    atStart(serialReg, 2),
    atStart(dischargeLimitReg, 1, true),
    atStart(chargeLimitReg, 1, true),
    atStart(capacityReg, 2, true),
    live(temperaturesReg, 30, Form::Joined), // all that follows
    live(temperaturesReg, 2, Form::Proven, true),
    live(voltageReg, 2, Form::Proven),
    live(currentReg, 2, Form::Proven),
    live(socReg, 2, Form::Proven),
    live(chargeStateReg, 1, Form::Proven),
    live(loadStateReg, 1, Form::Proven),
};

constexpr std::array meters{std::pair{500, 500}, std::pair{501, 250}, std::pair{502, 125}}; ///< id, A
constexpr Scale milli(0.001);
constexpr Scale socUnit(0.001);
constexpr Scale centi(0.01);

// Of a module.
constexpr quint16 moduleReg = 100; // mV, 0.01 degC, balancing power in percent
constexpr quint16 moduleWords = 3;
constexpr qint64 firstModuleId = 100;
constexpr qint64 lastModuleId = 104;
constexpr qint64 balancesAbove = 50;

constexpr qint64 faultyHighWord = 0xFFFF; ///< what some firmware sends above a small number
constexpr double leastPerCell = 1.5;      ///< V, of a voltage that is made up from its low word
constexpr double mostPerCell = 4.5;

/// What a state register says, beside "all is well" (0).
struct StateRow
{
    quint8 state;
    AlarmName alarm;
    AlarmLevel level;
};
constexpr std::array chargeStates{
    StateRow{1, AlarmName::HighVoltage, AlarmLevel::Alarm},
    StateRow{2, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    StateRow{3, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    StateRow{4, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    StateRow{5, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    StateRow{6, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
};
constexpr std::array loadStates{
    StateRow{1, AlarmName::LowVoltage, AlarmLevel::Alarm},
    StateRow{2, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    StateRow{3, AlarmName::HighTemperature, AlarmLevel::Warning},
    StateRow{4, AlarmName::HighTemperature, AlarmLevel::Warning},
    StateRow{5, AlarmName::LowTemperature, AlarmLevel::Warning},
    StateRow{6, AlarmName::LowTemperature, AlarmLevel::Warning},
};

void raise(std::span<const StateRow> rows, qint64 state, AlarmSet &to)
{
    for (const StateRow &row : rows) {
        if (row.state == state)
            to.raise(row.alarm, row.level);
        else
            to.support(row.alarm);
    }
}

/// Two registers, the low word first; nothing where they are not both here.
std::optional<qint64> unsigned32(const Registers &registers, quint16 reg)
{
    const auto low = registers.integer(reg);
    const auto high = registers.integer(static_cast<quint16>(reg + 1));
    return low && high ? std::optional(*high << 16 | *low) : std::nullopt;
}

std::optional<qint64> signed32(const Registers &registers, quint16 reg)
{
    const auto raw = unsigned32(registers, reg);
    return raw ? std::optional<qint64>(static_cast<qint32>(*raw)) : std::nullopt;
}

Number magnitude(std::optional<qint64> value)
{
    return value ? Number(static_cast<double>(std::abs(*value))) : std::nullopt;
}

void noteTemperature(double celsius, BatteryState &to)
{
    to.minCellTemperature = std::min(to.minCellTemperature.value_or(celsius), celsius);
    to.maxCellTemperature = std::max(to.maxCellTemperature.value_or(celsius), celsius);
}

/// A whole number of the configuration; nothing where it makes no sense.
std::optional<int> option(const DriverConfig &config, const char *name, int least, int most)
{
    bool ok = false;
    const int value = config.options.value(QLatin1String(name)).toInt(&ok);
    return ok && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("ecs");
    info.names = {QStringLiteral("ECS GreenMeter"), QStringLiteral("ECS LiPro")};
    info.bmsTypes = {QStringLiteral("Ecs")};
    info.typeName = QStringLiteral("ECS LiPro");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {19200};
    info.serial.parity = SerialSettings::Parity::Even;
    info.serial.gapMs = 5;
    info.detectionRank = 20;
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Everything: an existing driver and frames built from its register list; no capture "
                    "exists. LiPro modules that say 100 or 101 have an older list of registers, which is "
                    "not known.");
    info.reads = {Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::capacityAh,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellBalancing,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::alarms};
    return info;
}

} // namespace

EcsDriver::EcsDriver(const DriverConfig &config)
    : ModbusDriver(config,
                   static_cast<quint8>(option(config, "greenmeterAddress", 1, maxUnit).value_or(usualUnit)),
                   reads)
    , m_cellCount(option(config, "liproCellCount", 1, maxCells)
                      .value_or(option(config, "cellCount", 1, maxCells).value_or(usualCells)))
{
    const int first = option(config, "liproStart", 1, maxUnit).value_or(usualFirstModule);
    const int last =
        option(config, "liproEnd", 1, maxUnit).value_or(std::min(first + m_cellCount - 1, maxUnit));
    for (int at = first; at <= last && at < first + maxCells; ++at) {
        if (at != unit())
            m_modules.push_back({static_cast<quint8>(at)});
    }
}

const DriverInfo &EcsDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool EcsDriver::isAbsent(const Module &module) { return !module.found || module.missed >= lostAfterMisses; }

EcsDriver::Module *EcsDriver::find(quint8 unit)
{
    const auto at = std::find_if(m_modules.begin(), m_modules.end(),
                                 [unit](const Module &module) { return module.unit == unit; });
    return at == m_modules.end() ? nullptr : &*at;
}

/// Judges what the last round brought of the modules.
void EcsDriver::beginRound()
{
    for (Module &module : m_modules) {
        if (module.answered)
            module.missed = module.silentRounds = 0;
        else
            ++module.silentRounds;
        if (module.asked && !module.answered)
            ++module.missed;
    }
    if (m_modules.empty())
        return;
    // Of those that are not there one is asked per round. It is the next one's turn once this one was asked.
    if (m_modules[m_nextAbsent].asked || !isAbsent(m_modules[m_nextAbsent])) {
        for (size_t i = 0; i < m_modules.size(); ++i) {
            m_nextAbsent = (m_nextAbsent + 1) % m_modules.size();
            if (isAbsent(m_modules[m_nextAbsent]))
                break;
        }
    }
    for (Module &module : m_modules)
        module.asked = module.answered = false;
}

void EcsDriver::requests(Phase phase, std::vector<Request> &to)
{
    ModbusDriver::requests(phase, to);
    const auto ask = [&to](quint8 unit, quint16 start, quint16 count) -> Request & {
        Request request = ModbusDriver::request({unit, ReadHolding, start, count}, moduleTimeoutMs);
        request.id = (unit + 0x100) << 16 | start; // none of a line of the list
        request.optional = true;
        request.absentEveryMs = absentEveryMs;
        to.push_back(std::move(request));
        return to.back();
    };
    if (phase == Phase::Identify) {
        for (Module &module : m_modules) {
            module = {module.unit};
            ask(module.unit, idReg, 1).tries = 1;
            ask(module.unit, moduleReg, moduleWords).tries = 1;
        }
        m_nextAbsent = 0;
        return;
    }
    beginRound();
    for (size_t i = 0; i < m_modules.size(); ++i) {
        const Module &module = m_modules[i];
        const bool absent = isAbsent(module);
        if (absent && i != m_nextAbsent)
            continue;
        Request &request =
            module.found ? ask(module.unit, moduleReg, moduleWords) : ask(module.unit, idReg, 1);
        request.tries = absent ? 1 : moduleTries;
        request.everyMs = absent ? absentEveryMs : 0;
    }
}

void EcsDriver::begin(const Request &request)
{
    ModbusDriver::begin(request);
    if (request.bytes.isEmpty())
        return;
    if (Module *module = find(static_cast<quint8>(request.bytes.front())))
        module->asked = true;
}

bool EcsDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    if (query.unit == unit())
        return decodeMeter(registers, update.values);
    Module *module = find(query.unit);
    return module && decodeModule(*module, registers, update.values);
}

bool EcsDriver::decodeMeter(const Registers &registers, BatteryState &to)
{
    if (const auto id = registers.integer(idReg)) {
        const auto meter =
            std::find_if(meters.begin(), meters.end(), [id](const auto &each) { return each.first == *id; });
        if (meter == meters.end())
            return false;
        to.hardwareVersion = QStringLiteral("Greenmeter-%1A %2S").arg(meter->second).arg(m_cellCount);
        to.cellCount = m_cellCount;
    }
    if (const auto serial = unsigned32(registers, serialReg))
        to.serialNumber = to.uniqueId = QString::number(*serial);
    if (registers.has(dischargeLimitReg))
        to.maxDischargeCurrent = magnitude(registers.integer(dischargeLimitReg, Wire::S16BE));
    if (registers.has(chargeLimitReg))
        to.maxChargeCurrent = magnitude(registers.integer(chargeLimitReg, Wire::S16BE));
    if (const auto capacity = unsigned32(registers, capacityReg))
        to.capacityAh = milli.apply(static_cast<double>(*capacity));
    if (registers.has(temperaturesReg)) {
        to.temperatures.clear();
        for (const quint16 reg : {temperaturesReg, static_cast<quint16>(temperaturesReg + 1)}) {
            const double celsius =
                centi.apply(static_cast<double>(registers.integer(reg, Wire::S16BE).value_or(0)));
            to.temperatures.emplace_back(celsius);
            noteTemperature(celsius, to);
        }
    }
    if (const auto millivolts = signed32(registers, voltageReg))
        to.voltage = voltageOf(*millivolts);
    // Between 0 and -65 A the high word is FFFF by right: the fault of others can't be told from it.
    if (const auto milliamperes = signed32(registers, currentReg))
        to.current = milli.apply(static_cast<double>(*milliamperes));
    if (const auto soc = unsigned32(registers, socReg))
        to.soc = socUnit.apply(static_cast<double>(*soc >> 16 == faultyHighWord ? *soc & 0xFFFF : *soc));
    judgeStates(registers, to);
    return true;
}

/// A pack is never below 0 V: there the high word is the fault that the state of charge has, too. Its low
/// word counts where it fits the cells.
Number EcsDriver::voltageOf(qint64 millivolts) const
{
    if (millivolts >= 0)
        return milli.apply(static_cast<double>(millivolts));
    if ((millivolts >> 16 & 0xFFFF) != faultyHighWord)
        return std::nullopt;
    const double volts = milli.apply(static_cast<double>(millivolts & 0xFFFF));
    const double perCell = volts / m_cellCount;
    return perCell >= leastPerCell && perCell <= mostPerCell ? Number(volts) : std::nullopt;
}

void EcsDriver::judgeStates(const Registers &registers, BatteryState &to)
{
    if (const auto state = registers.integer(chargeStateReg)) {
        to.chargeAllowed = *state == 0;
        m_chargeState = *state;
    }
    const auto load = registers.integer(loadStateReg);
    if (!load)
        return;
    // The last of the readings of the meter: now the alarms of both are known.
    to.dischargeAllowed = *load == 0;
    to.alarms = {};
    raise(chargeStates, m_chargeState, to.alarms);
    raise(loadStates, *load, to.alarms);
    to.alarms.support(AlarmName::BmsCable);
    for (const Module &module : m_modules) {
        if (module.found && module.silentRounds >= alarmAfterRounds)
            to.alarms.raise(AlarmName::BmsCable, AlarmLevel::Warning);
    }
}

bool EcsDriver::decodeModule(Module &module, const Registers &registers, BatteryState &to)
{
    if (const auto id = registers.integer(idReg)) {
        if (*id < firstModuleId || *id > lastModuleId)
            return false;
        module.found = true;
        module.missed = 0;
        return true;
    }
    if (!module.found)
        return false; // whatever it is
    module.answered = true;
    const auto place = static_cast<size_t>(&module - m_modules.data());
    // As far as modules are known, so that a list of one round is as long as that of the next.
    const auto last =
        std::find_if(m_modules.rbegin(), m_modules.rend(), [](const Module &each) { return each.found; });
    const auto count = static_cast<size_t>(m_modules.rend() - last);
    to.cellVoltages.resize(count);
    to.cellBalancing.resize(count);
    to.cellVoltages[place] = milli.apply(static_cast<double>(registers.integer(moduleReg).value_or(0)));
    to.cellBalancing[place] = registers.integer(moduleReg + 2).value_or(0) > balancesAbove;
    noteTemperature(
        centi.apply(static_cast<double>(registers.integer(moduleReg + 1, Wire::S16BE).value_or(0))), to);
    return true;
}

Recognition EcsDriver::recognise(const BatteryState &read) const
{
    return read.hardwareVersion && read.serialNumber && read.voltage && *read.voltage > 0 && read.soc &&
                   *read.soc <= 100
               ? Recognition::Yes
               : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<EcsDriver>(config);
            }};
}

} // namespace sb::ecs
