// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/felicity_ble/felicity_blesimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::felicity_ble {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int)
{
    return std::make_unique<FelicityBleSimulator>(pack);
}

QByteArray whole(double value) { return QByteArray::number(std::llround(value)); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "F075704831400077";
    radio.address = "F0:24:F9:7A:10:2C";
    radio.advertised = {"180a"};
    radio.services = {{"6e6f736a-4643-4d44-8fa9-0fafd005e455",
                       {{"49535458-8341-43f4-a9d4-ec0e34729bb3", "notify"},
                        {"49535258-184d-4bd9-bc61-20c647249616", "write,write-without-response"}}}};
    radio.chunk = 150;
    return {QStringLiteral("felicity_ble"), 16, create, radio};
}

void FelicityBleSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request == "wifilocalMonitor:get dev basice infor")
        replies.push_back(
            {R"({"CommVer":1,"version":"2.06","wifiSN":"F075704831400077","modID":1,)"
             R"("DevSN":"075704831400077","Type":112,"SubType":7353,"M1SwVer":519,"M2SwVer":7})",
             60,
             {}});
    if (request == "wifilocalMonitor:get dev real infor")
        replies.push_back({values(), 80, {}});
}

QByteArray FelicityBleSimulator::values() const
{
    QByteArray cells;
    QByteArray sensors;
    for (int i = 0; i < 16; ++i) {
        const auto at = static_cast<size_t>(i);
        cells += at < m_pack.cellVoltages().size() ? whole(m_pack.cellVoltages()[at] * 1000) : "65535";
        cells += i < 15 ? "," : "";
    }
    for (size_t i = 0; i < 8; ++i) {
        sensors += i < m_pack.temperatures().size() ? whole(m_pack.temperatures()[i] * 10) : "32767";
        sensors += i < 7 ? "," : "";
    }
    const QByteArray voltage = whole(m_pack.voltage() * 1000);
    const QByteArray current = whole(m_pack.current() * 10);
    const QByteArray soc = whole(m_pack.soc() * 100) + ",1000," + whole(m_pack.capacityAh() * 1000);
    int faults = 0;
    for (int i = 0; i < protectionCount; ++i)
        faults |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
    const QByteArray limits = "[[576,480],[" + QByteArray(m_pack.chargeFet() ? "1280" : "0") + "," +
                              QByteArray(m_pack.dischargeFet() ? "1600" : "0") + "]]";
    return R"({"CommVer":1,"wifiSN":"F075704831400077","modID":1,"date":"20260301120000",)"
           R"("DevSN":"075704831400077","Type":112,"SubType":7353,"workM":0,"Estate":9152,"Bfault":)" +
           QByteArray::number(faults) + R"(,"Bwarn":0,"Bstate":9152,"BBfault":)" +
           QByteArray::number(faults) + R"(,"BBwarn":0,"Batt":[[)" + voltage + "],[" + current +
           R"(],[null]],"Batsoc":[[)" + soc + R"(]],"BattList":[[)" + voltage + ",65535],[" + current +
           R"(,-1]],"BatsocList":[[)" + soc + R"(]],"BatcelList":[[)" + cells +
           R"(],[65535,65535]],"LVolCur":)" + limits + R"(,"BLVolCu":)" + limits + R"(,"BtemList":[[)" +
           sensors + "]]}";
}

} // namespace sb::felicity_ble
