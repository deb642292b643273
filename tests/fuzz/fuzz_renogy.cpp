// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/renogy/renogydriver.h"
#include "registerfuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = renogy::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    if (input.byte() & 1)
        config.options.insert(QStringLiteral("variant"), QStringLiteral("pro"));
    RegisterFuzz(descriptor, config, input, modbusReply).run();
    return 0;
}
