// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"
#include "drivers/modbus/settings.h"

namespace sb::seplosv3 {

/// Seplos V3 boards (hardware by XZH-ElecTech) over RS485: SG16S200A, SP05B, 1101-V3. One driver reads one
/// pack; unit 0 is a real one. Facts: XZH BMS Modbus RTU V0.1 and frames captured from an SG16S200A; commands
/// and settings are as documented, never tried.
class SeplosV3Driver final : public modbus::ModbusDriver
{
public:
    explicit SeplosV3Driver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;

private:
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    void decodePack(const modbus::Registers &registers, BatteryState &to);
    void decodeEvents(Bytes coils, BatteryState &to) const;
    [[nodiscard]] modbus::SettingAccess settings() const;

    int m_cells = 0;         ///< as the settings say; 0: not known
    int m_sensors = 0;       ///< the same
    size_t m_cellsRead = 16; ///< the board tells the balancers of so many, however many are fitted
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::seplosv3
