// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbusdriver.h"

namespace sb::seplos_ble {

/// V3 boards: Modbus. Unit 0 tells the totals of the bank, the units from 1 on one pack each, as on RS485.
/// Where unit 0 knows no totals, it is a pack itself.
class V3Part final : public modbus::ModbusDriver
{
public:
    explicit V3Part(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    enum class Kind : quint8 { Unknown, Bank, Pack };
    static constexpr size_t maxPacks = 16;

    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeBank(const modbus::Registers &registers, BatteryState &to);
    void decodePack(const modbus::Query &query, const modbus::Registers &registers, BatteryState &to);
    void decodeEvents(Bytes coils, BatteryState &to) const;
    void joinPacks(BatteryState &to) const;

    Kind m_kind = Kind::Unknown;
    size_t m_packs = 1;
    std::array<BatteryState, maxPacks> m_parts; ///< of this round
    size_t m_cells = 0;                         ///< of a pack without bank
};

} // namespace sb::seplos_ble
