// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/ydt1363/ydt1363driver.h"

namespace sb::daren_485 {

/// In what the families whose frames hold the same differ.
struct Family
{
    const DriverInfo &(*info)();
    ydt1363::Dialect dialect;
    std::span<const ydt1363::Command> commands;
    size_t serialSize;  ///< characters of the serial number
    int balancingLasts; ///< readings for which a balancing flag counts: flags pulse
};

/// Daren boards DR-JC03 and DR48100, in packs of Basen, Tian Power and others, and with another Family the
/// boards of ks48100. RS485, one pack per address of the line.
class DarenDriver final : public ydt1363::AsciiDriver
{
public:
    /// \a family must outlive the driver.
    DarenDriver(const DriverConfig &config, const Family &family);

    [[nodiscard]] const DriverInfo &info() const override { return m_family.info(); }
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;

protected:
    [[nodiscard]] bool decode(const ydt1363::Command &command, const ydt1363::Frame &reply,
                              Update &to) override;

private:
    bool takeRealtime(Bytes info, BatteryState &to);
    bool takeLimits(Bytes info, Update &to);
    void name(BatteryState &to) const;

    const Family &m_family;
    Count m_cells; ///< as first told: a reply with another number is damaged, or another pack's
    int m_balancingFor = 0;
    Text m_serial;
    Text m_barcode;
    Text m_product;
};

/// What both families say about themselves.
[[nodiscard]] DriverInfo describeFamily();

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::daren_485
