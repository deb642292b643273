// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"
#include "drivers/modbus/settings.h"

namespace sb::daly_ble {

/// Daly smart boards over Bluetooth: Modbus frames, unlike the 13 bytes of their serial port. Two lists of
/// registers are in use: D2 (most boards; firmware knows 62 or 80 registers of state) and P81 (newer ones, up
/// to 48 cells), whose answers carry another address than its requests.
///
/// Facts: public notes, recorded frames of both lists. The settings of P81 were never seen, how it switches
/// is not known.
///
/// Option: `variant` "D2" or "P81"; without it, both are asked.
class DalyBleDriver final : public modbus::ModbusDriver
{
public:
    explicit DalyBleDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;

private:
    enum class Dialect : quint8 { Unknown, D2, P81 };
    enum class Firmware : quint8 { Unknown, Knows62, Knows80 };

    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeStatus(const modbus::Query &query, const modbus::Registers &registers,
                                    BatteryState &to);
    [[nodiscard]] bool decodeCellsP81(const modbus::Registers &registers, BatteryState &to);
    void decodeStateP81(const modbus::Registers &registers, BatteryState &to) const;
    [[nodiscard]] modbus::SettingAccess settings() const;

    Dialect m_variant = Dialect::Unknown; ///< as configured
    Dialect m_dialect = Dialect::Unknown;
    Firmware m_firmware = Firmware::Unknown;
    bool m_hasExtra = true; ///< firmware that knows 62 may tell the MOSFET's temperature elsewhere
    size_t m_cells = 0;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::daly_ble
