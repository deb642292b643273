// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/frames/fittedcells.h"

namespace sb::frames {

size_t keepFitted(Numbers &places, size_t known, double least)
{
    const auto isFitted = [least](const Number &place) { return place > 0.0 && place >= least; };
    while (places.size() > known && !isFitted(places.back()))
        places.pop_back();
    for (Number &place : places) {
        if (place == 0.0)
            place.reset();
    }
    return places.size();
}

} // namespace sb::frames
