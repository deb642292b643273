// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/frames/framedriver.h"

namespace sb::frames {

/// The FrameDriver of families whose frames are hexadecimal text between ':' and '~' (E&J and its kin). What
/// stands in a whole one goes on to it as bytes, behind a mark and their number.
class HexTextDriver : public FrameDriver
{
public:
    HexTextDriver(const DriverConfig &config, std::span<const Ask> asks);

    void begin(const Request &request) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] LinkCounters counters() const override;

protected:
    /// Length and checksum are right. \a digits are those between ':' and '~', an even number of them.
    [[nodiscard]] virtual bool isWhole(QByteArrayView digits) const = 0;
    /// The bytes of which a frame's text speaks.
    [[nodiscard]] static Bytes content(Bytes frame) { return frame.subspan(contentAt); }

    [[nodiscard]] Bytes cleaned(Bytes bytes) final;

private:
    static constexpr size_t contentAt = 3; ///< behind mark and number
    void take(char c);
    void finish();
    void drop();

    QByteArray m_digits;
    bool m_began = false;
    QByteArray m_binary;
    LinkCounters m_text;
};

} // namespace sb::frames
