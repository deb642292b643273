// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"
#include "drivers/jk_ble/jk_bleprotocol.h"

namespace sb::jk_ble {

/// JK (Jikong, Heltec) boards over Bluetooth. Once asked, a board tells its status by itself, about every
/// second; its settings when it is asked and when they change.
///
/// Facts: public descriptions and recorded frames of seven firmware versions. Boards of the PB series send
/// the same frames on their RS485 bus: what they mean is shared with that driver.
class JkBleDriver final : public frames::FrameDriver
{
public:
    explicit JkBleDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Taken unasked(Bytes frame, const Request *pending, Update &update) override;
    [[nodiscard]] bool take(Bytes frame, Update &update);
    [[nodiscard]] bool takeStatus(Bytes frame, BatteryState &to);
    /// Nothing, as long as the board told neither its version nor a status.
    [[nodiscard]] std::optional<Variant> variant() const;
    [[nodiscard]] modbus::SettingAccess settings() const;

    FrameSplitter m_acknowledgements;
    std::optional<Variant> m_told; ///< by a status
    std::optional<int> m_firmware; ///< first number of its version
    QByteArray m_settings;         ///< the newest frame of them
    bool m_statusHeard = false;    ///< since the question
    bool m_settingsHeard = false;  ///< since the question
    bool m_acknowledged = false;   ///< since the question
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::jk_ble
