// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos_ble/seplos_blev3.h"

#include "bms/cells.h"
#include "drivers/seplos_ble/seplos_bledriver.h"
#include "drivers/seplosv3/seplosv3registers.h"

namespace sb::seplos_ble {
namespace {

using namespace modbus;

constexpr int timeoutMs = 1500;
constexpr quint8 bankUnit = 0;

constexpr quint16 bankReg = 0x2000; ///< EIA
constexpr quint16 bankCount = 0x1A;
constexpr quint16 bankEventsReg = 0x2200; ///< EIC
constexpr quint16 bankEventsCount = 0x50;
constexpr quint16 packEventsReg = 0x1200; ///< PIC
constexpr quint16 packEventsCount = 0x90;

// EIA: numbers of 32 bits have their low word first.
struct WideRow
{
    quint16 reg;
    bool isSigned;
    Number BatteryState::*target;
    Scale scale;
};
constexpr std::array wideFields{
    WideRow{0x2000, false, &BatteryState::voltage, 0.01},
    WideRow{0x2002, true, &BatteryState::current, 0.1},
    WideRow{0x2004, false, &BatteryState::remainingAh, 0.01},
    WideRow{0x2006, false, &BatteryState::capacityAh, 0.01},
};
constexpr quint16 packsReg = 0x2016;
constexpr std::array fields{
    FieldRow{0x2017, Wire::U16BE, &BatteryState::cycles},
    FieldRow{0x2018, Wire::U16BE, &BatteryState::soc, 0.1},
    FieldRow{0x2019, Wire::U16BE, &BatteryState::soh, 0.1},
};

constexpr size_t switchesAt = 7; ///< of the state
constexpr std::array<quint8, 9> eventMask{0xFF, 0xFF, 0x00, 0xFF, 0x00,
                                          0xFF, 0x00, 0x00, 0xFF}; ///< from byte 1
constexpr quint8 balancerBit = 0x04;                               ///< or the limiter's: the sources disagree

constexpr quint16 environmentReg = 0x1118;
constexpr Scale kelvin(0.1, -273.1);

// PIC: bytes
constexpr size_t balancingAt = 6;
constexpr size_t stateAt = 8;

constexpr double lowestPack = 9;
constexpr double highestPack = 70;
constexpr double sumTolerance = 0.03;

void addLimit(Number &sum, const Number &limit)
{
    if (sum && limit)
        *sum += *limit;
    else
        sum.reset();
}

} // namespace

V3Part::V3Part(const DriverConfig &config)
    : ModbusDriver(config, bankUnit, {})
{}

const DriverInfo &V3Part::info() const { return driverInfo(); }

void V3Part::requests(Phase phase, std::vector<Request> &to)
{
    const auto ask = [&](const Query &query, bool optional = false) -> Request & {
        to.push_back(request(query, timeoutMs));
        to.back().optional = optional;
        if (optional)
            to.back().tries = 1;
        return to.back();
    };
    const auto pack = [&](quint8 of, bool optional) {
        ask({of, ReadInput, seplosv3::totalsReg, seplosv3::totalsCount}, optional);
        ask({of, ReadInput, seplosv3::cellsReg, seplosv3::cellsCount}, optional);
    };
    const bool unknown = m_kind == Kind::Unknown;
    if (m_kind != Kind::Pack)
        ask({bankUnit, ReadInput, bankReg, bankCount}).orNext = unknown;
    if (unknown)
        ask({bankUnit, ReadInput, seplosv3::totalsReg, seplosv3::totalsCount});
    if (m_kind == Kind::Pack) {
        pack(bankUnit, false);
        ask({bankUnit, ReadCoils, packEventsReg, packEventsCount}, true);
    } else {
        ask({bankUnit, ReadCoils, bankEventsReg, bankEventsCount}, unknown);
        if (unknown)
            ask({bankUnit, ReadInput, seplosv3::cellsReg, seplosv3::cellsCount}, true);
        for (size_t i = 1; i <= m_packs; ++i)
            pack(static_cast<quint8>(i), unknown);
    }
    if (phase == Phase::Identify)
        ask({static_cast<quint8>(m_kind == Kind::Pack ? 0 : 1), ReadInput, seplosv3::factoryReg,
             seplosv3::factoryCount},
            true);
}

bool V3Part::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    switch (query.start) {
    case bankReg:
        return decodeBank(registers, to);
    case bankEventsReg: {
        const Bytes state = registers.from(bankEventsReg);
        seplosv3::decodeState(state, to);
        to.balancing = (state[switchesAt] & balancerBit) != 0;
        // The bank's events as one number, without what is a state and no event.
        std::array<quint8, eventMask.size()> events{};
        for (size_t i = 0; i < events.size() && i + 1 < state.size(); ++i)
            events[i] = state[i + 1] & eventMask[i];
        to.problemCode = decodeWord(events);
        return true;
    }
    case seplosv3::totalsReg:
    case seplosv3::cellsReg:
        decodePack(query, registers, to);
        return true;
    case packEventsReg:
        decodeEvents(registers.from(packEventsReg), to);
        return true;
    case seplosv3::factoryReg:
        seplosv3::decodeFactory(registers, to);
        return true;
    default:
        return false;
    }
}

bool V3Part::decodeBank(const Registers &registers, BatteryState &to)
{
    const auto packs = static_cast<size_t>(registers.integer(packsReg).value_or(0));
    if (packs > maxPacks)
        return false;
    m_kind = Kind::Bank;
    m_packs = packs;
    for (BatteryState &part : m_parts)
        part.clear();
    for (const WideRow &row : wideFields) {
        const qint64 low = registers.integer(row.reg).value_or(0);
        const qint64 high =
            registers.integer(row.reg + 1, row.isSigned ? Wire::S16BE : Wire::U16BE).value_or(0);
        to.*row.target = row.scale.apply(static_cast<double>(high * 65536 + low));
    }
    registers.decode(fields, to);
    return true;
}

void V3Part::decodePack(const Query &query, const Registers &registers, BatteryState &to)
{
    const bool isPart = query.unit != bankUnit;
    if (isPart && query.unit > maxPacks)
        return;
    if (!isPart && m_kind == Kind::Bank)
        return; // asked before it was known
    if (!isPart)
        m_kind = Kind::Pack;
    BatteryState &part = isPart ? m_parts[query.unit - 1U] : to;
    if (query.start == seplosv3::totalsReg) {
        seplosv3::decodeTotals(registers, part);
        return;
    }
    seplosv3::decodeCells(registers, 0, 0, part);
    if (const auto environment = registers.integer(environmentReg))
        part.temperatures.push_back(kelvin.apply(static_cast<double>(*environment)));
    if (!isPart) {
        m_cells = part.cellVoltages.size();
        if (m_cells > 0)
            to.cellCount = static_cast<qint64>(m_cells);
    } else if (query.unit == m_packs) {
        joinPacks(to);
    }
}

/// The lists of all packs one behind the other, where each was told in this round.
void V3Part::joinPacks(BatteryState &to) const
{
    for (size_t i = 0; i < m_packs; ++i) {
        if (m_parts[i].cellVoltages.empty())
            return;
    }
    to.cellCount = static_cast<qint64>(m_parts[0].cellVoltages.size());
    to.maxChargeCurrent = to.maxDischargeCurrent = 0;
    for (size_t i = 0; i < m_packs; ++i) {
        const BatteryState &part = m_parts[i];
        to.cellVoltages.insert(to.cellVoltages.end(), part.cellVoltages.begin(), part.cellVoltages.end());
        to.temperatures.insert(to.temperatures.end(), part.temperatures.begin(), part.temperatures.end());
        to.mosfetTemperature = std::max(to.mosfetTemperature, part.mosfetTemperature);
        addLimit(to.maxChargeCurrent, part.maxChargeCurrent);
        addLimit(to.maxDischargeCurrent, part.maxDischargeCurrent);
    }
}

void V3Part::decodeEvents(Bytes coils, BatteryState &to) const
{
    seplosv3::decodeState(coils.subspan(stateAt), to);
    const qint64 balancing = readInteger(coils, balancingAt, Wire::U16LE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.assign(m_cells, false);
    for (size_t cell = 0; cell < m_cells && cell < 16; ++cell)
        to.cellBalancing[cell] = (balancing >> cell & 1) != 0;
}

Recognition V3Part::recognise(const BatteryState &read) const
{
    const bool fits = read.voltage && *read.voltage >= lowestPack && *read.voltage <= highestPack &&
                      read.soc && *read.soc <= 100 && read.soh && *read.soh <= 100;
    if (!fits || (read.manufacturer && !read.manufacturer->contains(seplosv3::maker)))
        return Recognition::No;
    if (m_kind == Kind::Pack)
        return read.manufacturer || cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
    const bool full = read.capacityAh && *read.capacityAh > 0 && read.remainingAh &&
                      *read.remainingAh <= *read.capacityAh * 1.1;
    return m_packs > 0 && full ? Recognition::Yes : Recognition::No;
}

} // namespace sb::seplos_ble
