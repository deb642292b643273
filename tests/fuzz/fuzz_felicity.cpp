// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/felicity/felicitydriver.h"
#include "registerfuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = felicity::driver();
    RegisterFuzz(descriptor, {}, FuzzInput(Bytes(data, size)), modbusReply).run();
    return 0;
}
