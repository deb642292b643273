// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

namespace sb::ogt {

/// Offgridtec LiFePO4 Smart Pro, types A and B. Every byte is scrambled with a key that follows from the name
/// that the battery advertises: a renamed one can't be read. Each register has its own question and answer,
/// in hexadecimal text without a checksum.
///
/// Facts: a public description and recorded answers of both types. Only type B tells its cells.
class OgtDriver final : public Driver
{
public:
    explicit OgtDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] QString objection(const BatteryState &read) const override;
    [[nodiscard]] LinkCounters counters() const override { return m_counters; }

private:
    [[nodiscard]] Request ask(int reg, int size) const;
    [[nodiscard]] Reply take(QByteArrayView line, const Request &pending, Update &update);
    [[nodiscard]] bool decode(int reg, double value, BatteryState &to);
    [[nodiscard]] Reply refused(int reg);

    char m_type = 0; ///< 'A' or 'B'; 0: no name that gives a key
    quint8 m_key = 0;
    QString m_serial;
    QByteArray m_text;
    Numbers m_cells;                ///< of this round
    std::optional<size_t> m_fitted; ///< cells
    LinkCounters m_counters;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ogt
