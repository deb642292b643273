// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/registers.h"

/// What the registers of Seplos V3 boards mean, on whatever line they come.
namespace sb::seplosv3 {

inline constexpr quint16 totalsReg = 0x1000; ///< PIA
inline constexpr quint16 totalsCount = 0x11;
inline constexpr quint16 cellsReg = 0x1100; ///< PIB
inline constexpr quint16 cellsCount = 0x1A;
inline constexpr quint16 factoryReg = 0x1700; ///< VIA
inline constexpr quint16 factoryCount = 0x33;
inline constexpr size_t stateSize = 10;

inline constexpr QLatin1String maker("XZH-ElecTech");

void decodeTotals(const modbus::Registers &registers, BatteryState &to);
/// \a cells, \a sensors: how many there are; 0 or impossible: not known.
void decodeCells(const modbus::Registers &registers, int cells, int sensors, BatteryState &to);
/// Less than all registers of VIA tell less.
void decodeFactory(const modbus::Registers &registers, BatteryState &to);
/// The ten bytes from the system's state to the hard faults, as they stand in PIC of a pack and in EIC of a
/// bank. Fewer give nothing.
void decodeState(Bytes state, BatteryState &to);

} // namespace sb::seplosv3
