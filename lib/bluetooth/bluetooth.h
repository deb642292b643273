// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bluetooth/bluetoothradio.h"

#include <QThread>

namespace sb {

/// Which back end QtBluetooth uses is decided once per process, before the first of its objects is made: the
/// one over D-Bus, without starting bluetoothd to ask for its version.
void prepareBluetooth();

/// Bluetooth for the whole process: one thread with all adapters and links, since QtBluetooth waits for
/// answers of bluetoothd. Its end disconnects every link, so that phone apps and the next start find the
/// batteries free.
class Bluetooth : public QObject
{
    Q_OBJECT
public:
    explicit Bluetooth(RadioSettings settings = {}, QObject *parent = nullptr);
    ~Bluetooth() override;

    /// In the Bluetooth thread: reach it by queued calls only.
    [[nodiscard]] BluetoothRadio *radio() const { return m_radio; }

    /// Everything that is heard, by advertised(), until stopScan(). Links go on.
    void startScan(const QString &adapter);
    void stopScan();

signals:
    void advertised(const sb::Advertisement &advertisement);
    void scanFailed(const QString &error);

private:
    QThread *m_thread; ///< left to the end of the process where bluetoothd keeps it waiting
    BluetoothRadio *m_radio;
};

} // namespace sb
