// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::dpwrcore {

/// D-powercore BMS over Bluetooth, as in the batteries of electric hydrofoils. Messages travel in pages of 20
/// bytes; the next page comes when the last one was acknowledged.
///
/// Facts: public notes on the protocol and recorded pages of a 14-cell battery. What is not sure: the unit of
/// the current (0.1 A after a published correction; it was 0 in everything recorded), and what the bits of
/// the problem code mean.
class DpwrcoreDriver final : public frames::FrameDriver
{
public:
    explicit DpwrcoreDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] int refusal() const override { return m_refusal; }
    /// A message, where \a bytes are the page that makes it whole.
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;

    Text m_name;                   ///< as advertised
    std::optional<quint16> m_key;  ///< unlocks the board; its name ends with it
    std::vector<quint8> m_message; ///< of the pages so far
    quint8 m_lastPage = 0;         ///< number and count of the last one; 0: none
    QByteArray m_answer;
    int m_refusal = 0;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::dpwrcore
