// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

namespace sb::frames {

/// For boards that send all the places they have and do not tell how many cells there are. Cuts \a places,
/// all of them known, behind the last one that is fitted; a place without a voltage before that is a cell
/// that died, or whose wire is off, and becomes unknown. \param known how many were seen before: a last cell
/// that dies keeps its place \param least volts of a cell that proves that it is there \return how many there
/// are
size_t keepFitted(Numbers &places, size_t known, double least = 0);

} // namespace sb::frames
