// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "asciifuzz.h"
#include "drivers/daren_485/daren_485driver.h"

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = daren_485::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    config.address = 1 + (input.byte() & 1);
    RegisterFuzz(descriptor, config, input, asciiReply).run();
    return 0;
}
