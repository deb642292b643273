// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulatedradio/simulatedperipheral.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QVariantMap>
#include <map>
#include <set>

namespace sb {

/// A stand-in for org.bluez: adapters and the simulated batteries around them, as BlueZ shows them over D-Bus
/// to whoever uses it. The order of what it does on a connect, a lost link or a vanished adapter is BlueZ's.
class SimulatedBluez : public QObject
{
    Q_OBJECT
public:
    explicit SimulatedBluez(QObject *parent = nullptr);
    ~SimulatedBluez() override;

    /// On the bus at this address. \return false and one line where that fails.
    [[nodiscard]] bool start(const QString &bus, QString *error);
    /// As if bluetoothd had died: the name goes, links are gone, and nobody is told.
    void stop();

    /// "hci0"; all adapters are powered at first.
    void addAdapter(const QString &name, const QString &address);
    void removeAdapter(const QString &name);
    void setPowered(const QString &name, bool powered);
    [[nodiscard]] bool isPowered(const QString &name) const;
    /// Until \a peripheral is deleted, or removed.
    void addPeripheral(const QString &adapter, SimulatedPeripheral &peripheral);
    void removePeripheral(SimulatedPeripheral &peripheral);
    /// Forgets what it knows of devices that were never connected, as BlueZ does some time after a scan.
    void forget(SimulatedPeripheral &peripheral);
    /// As if another program of this machine had connected it. \return false where that can't be.
    [[nodiscard]] bool connectForAnother(SimulatedPeripheral &peripheral);

    /// BlueZ drops a device that was only seen, so long after discovery ended.
    int forgetAfterMs = 30000;
    /// Forgotten just when somebody asks for all objects: the answer is without it, and was on its way before
    /// anybody could hear of the removal.
    SimulatedPeripheral *forgetWhenAsked = nullptr;
    /// Counted for tests: RemoveDevice, and how often the power was switched off.
    int removals = 0;
    int powerCycles = 0;
    /// Most connects that ran at once on one adapter.
    int mostParallelConnects = 0;

private:
    class Objects;
    using Interfaces = QMap<QString, QVariantMap>;

    struct Device
    {
        SimulatedPeripheral *peripheral;
        QString adapter; ///< path
        QString path;
        bool known = false;
        bool kept = false; ///< was connected: not forgotten
        bool resolved = false;
        std::optional<QDBusMessage> connecting; ///< waits for its answer
        int attempt = 0;
        struct Characteristic
        {
            QString uuid; ///< as the simulator writes it
            QString flags;
        };
        std::map<QString, Characteristic> characteristics; ///< by path, while resolved
    };
    struct Adapter
    {
        QString path;
        QString address;
        bool present = true;
        bool powered = true;
        bool discovering = false;
        int discoveries = 0; ///< begun or ended
        std::set<QString> clients{};
    };

    bool handle(const QDBusMessage &message);
    [[nodiscard]] QMap<QDBusObjectPath, Interfaces> managed() const;
    [[nodiscard]] Interfaces interfacesOf(const QString &path) const;
    [[nodiscard]] QVariantMap properties(const Device &device) const;
    [[nodiscard]] QVariantMap properties(const Adapter &adapter) const;
    [[nodiscard]] QMap<QDBusObjectPath, Interfaces> gattOf(const Device &device) const;
    [[nodiscard]] Device *deviceAt(const QString &path);
    [[nodiscard]] Adapter *adapterAt(const QString &path);

    QDBusMessage handleProperties(const QDBusMessage &message);
    void handleAdapter(Adapter &adapter, const QDBusMessage &message);
    void handleDevice(Device &device, const QDBusMessage &message);
    void handleGatt(Device &device, const QDBusMessage &message);
    void connectDevice(Device &device, const QDBusMessage &message);
    void linked(Device &device, int attempt);
    void resolve(Device &device, int attempt);
    void cancelConnect(Device &device, const char *text);
    void dropLink(Device &device);
    void removeGatt(Device &device);
    void removeDevice(Device &device);
    void advertise();
    void setDiscovering(Adapter &adapter, bool on);
    void added(const QString &path, const Interfaces &interfaces);
    void removed(const QString &path, const QStringList &interfaces);
    void changed(const QString &path, const QString &interface, const QVariantMap &values,
                 const QStringList &invalidated = {});
    void send(const QDBusMessage &message);

    QString m_connectionName;
    QDBusConnection m_bus;
    std::unique_ptr<Objects> m_objects;
    std::vector<std::unique_ptr<Adapter>> m_adapters;
    std::vector<std::unique_ptr<Device>> m_devices;
    QTimer m_advertising;
    bool m_running = false;
};

} // namespace sb
