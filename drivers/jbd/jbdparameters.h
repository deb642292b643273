// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

namespace sb::jbd {

/// One setting and where it lies. Several may share a register, each with bits of its own.
struct ParameterRow
{
    enum class Coding : quint8 {
        Unsigned, ///< bits of the word, times unit, plus zero
        Negative, ///< the word as a signed number, sign turned round
        Choice,   ///< bits that stand for one of a list of values
        Date,
        Text, ///< length byte and ASCII
    };
    quint8 reg;
    const char *id;
    const char *name;
    const char *group;
    const char *unit = "";
    double scale = 1;
    double zero = 0;
    int decimals = 0;
    Coding coding = Coding::Unsigned;
    quint8 shift = 0;
    quint8 bits = 16;
    const double *choices = nullptr; ///< 2^bits of them
    bool writable = true;
    bool dangerous = false;
};

[[nodiscard]] const std::vector<ParameterRow> &parameterRows();
[[nodiscard]] const std::vector<ParameterInfo> &parameterInfos();
[[nodiscard]] const ParameterRow *findParameter(const QString &id);

/// All settings of a register, and the values of the battery that follow from them, out of the data of a
/// reply.
void decodeParameters(quint8 reg, Bytes data, Update &update);
[[nodiscard]] std::optional<QVariant> decodeParameter(const ParameterRow &row, Bytes data);
/// The register's new content: \a raw is the old one, of which other settings keep their bits. Nothing where
/// the value does not fit.
[[nodiscard]] std::optional<QByteArray> encodeParameter(const ParameterRow &row, const QVariant &value,
                                                        const QByteArray &raw);

} // namespace sb::jbd
