// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

class QJsonObject;

namespace sb::felicity_ble {

/// Felicity packs over the Bluetooth of their collector: one JSON text per question, without a checksum. Each
/// pack has a radio of its own and tells about itself in the lists; beside them stand values of the bank.
///
/// Facts: a public description that was compared with the vendor's app, and texts of two packs. What is not
/// sure: the meaning of fault and warning bits, the state of health, the unit of the capacity.
class FelicityBleDriver final : public Driver
{
public:
    explicit FelicityBleDriver(const DriverConfig &config)
        : Driver(config)
    {}

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] LinkCounters counters() const override { return m_counters; }

private:
    void drop();
    [[nodiscard]] bool closes(quint8 byte);
    [[nodiscard]] Reply take(const Request *pending, Update &update);

    QByteArray m_text; ///< from the first bracket on
    int m_depth = 0;
    bool m_inString = false;
    bool m_escaped = false;
    LinkCounters m_counters;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::felicity_ble
