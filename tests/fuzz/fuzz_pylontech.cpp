// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "asciifuzz.h"
#include "drivers/pylontech/pylontechdriver.h"

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = pylontech::driver();
    RegisterFuzz(descriptor, {}, FuzzInput(Bytes(data, size)), asciiReply).run();
    return 0;
}
