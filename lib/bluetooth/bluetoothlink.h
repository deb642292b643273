// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bluetooth.h"
#include "transport/transport.h"

#include <QElapsedTimer>
#include <QLowEnergyController>
#include <QLowEnergyService>
#include <QTimer>
#include <deque>

namespace sb {

class BluetoothRadio;

/// The link to one battery, in the Bluetooth thread: finds it, connects in its turn, chooses the
/// characteristics, keeps writes in order. It tries once per open(); when to try again is decided elsewhere.
class BluetoothLink : public QObject
{
    Q_OBJECT
public:
    /// \a address: "A4:C1:38:00:11:22"; \a adapter: "hci1", an address, or empty for the first.
    BluetoothLink(QString address, QString adapter);
    ~BluetoothLink() override;

    /// In the thread of \a radio, before anything else.
    void attach(BluetoothRadio &radio);
    [[nodiscard]] QString address() const { return m_address; }
    /// Path of its adapter, of the last attempt.
    [[nodiscard]] QString adapterPath() const { return m_adapterPath; }
    [[nodiscard]] bool isOpen() const { return m_state == State::Open; }
    [[nodiscard]] bool isClosed() const { return m_state == State::Closed; }
    /// Its device is heard, and can't be connected.
    [[nodiscard]] bool keepsFailing() const { return m_failures > 0 && !m_retiring; }

    void open();
    void close();
    /// Closes properly, then deletes itself.
    void retire();
    /// The first one that the device has is used; while open it takes effect at once.
    void setProfiles(const std::vector<GattProfile> &profiles);
    void write(const QByteArray &bytes, const QUuid &characteristic);
    void read(const QUuid &characteristic);

    // Called by the radio.
    /// The air is free for this link: connect.
    void proceed();
    /// Its device was not seen for as long as one looks for it.
    void notSeen();
    void advertised(const Advertisement &advertisement) { emit seen(advertisement); }
    void adapterGone(const QString &text);
    void stackGone();
    [[nodiscard]] bool mustBeSeen() const { return m_mustBeSeen; }
    /// Looked for in vain: some systems tell of no strength, so that a device that they know is worth a try
    /// all the same, now and then.
    [[nodiscard]] bool mayTryBlindly() const { return m_unseen % blindEvery == 1; }
    void setBlind(bool blind) { m_blind = blind; }

signals:
    void opened(const QList<QUuid> &services);
    void failed(const sb::LinkError &error);
    void closed();
    /// \a readFrom: the characteristic whose value was asked for; null: a notification.
    void received(const QByteArray &bytes, const QUuid &readFrom);
    /// A request was handed over as a whole.
    void written();
    void seen(const sb::Advertisement &advertisement);
    /// Something may have changed so that another attempt is worth it.
    void worthTrying();

private:
    enum class State : quint8 { Closed, Queued, Connecting, Discovering, Subscribing, Open, Closing };
    struct Write
    {
        QByteArray bytes;
        QUuid characteristic; ///< null: the profile's
        qsizetype sent = 0;
        bool read = false;
    };

    void enqueue();
    void seekAgain();
    void connectNow();
    void dropController();
    void onConnected();
    void onDisconnected();
    void onError(QLowEnergyController::Error error);
    void onServices();
    void discoverNext();
    void chooseProfile();
    void subscribeNext();
    void onSubscribed();
    void onServiceError(QLowEnergyService::ServiceError error);
    void writeRefused();
    [[nodiscard]] bool connectFailed();
    void forgetIfItKeepsFailing();
    void sendNext();
    void writePiece();
    void pieceWritten();
    void fail(LinkError::Kind kind, const QString &text);
    void dispose();
    void onTimeout();
    [[nodiscard]] QLowEnergyService *serviceOf(const QUuid &uuid) const;
    [[nodiscard]] QLowEnergyCharacteristic
    characteristicOf(const QLowEnergyService *service, const QUuid &uuid,
                     QLowEnergyCharacteristic::PropertyTypes any) const;
    /// Where a write goes; invalid where nothing can be written.
    [[nodiscard]] std::pair<QLowEnergyService *, QLowEnergyCharacteristic>
    target(const QUuid &characteristic, QLowEnergyCharacteristic::PropertyTypes any) const;

    BluetoothRadio *m_radio = nullptr;
    QString m_address;
    QString m_adapter;
    QString m_adapterPath;
    QString m_devicePath;
    State m_state = State::Closed;
    bool m_openAgain = false;
    bool m_retiring = false;
    bool m_mustBeSeen = false;
    bool m_soughtAgain = false; ///< in this attempt
    static constexpr int blindEvery = 4;
    int m_unseen = 0;     ///< attempts in a row in which it was not heard
    bool m_blind = false; ///< this attempt is made although it is not heard
    int m_failures = 0;   ///< in a row, of a device that is there
    QLowEnergyController *m_controller = nullptr;
    std::vector<QLowEnergyService *> m_services;
    size_t m_discovered = 0;
    std::vector<GattProfile> m_profiles;
    std::optional<GattProfile> m_profile;
    std::vector<GattProfile> m_refused; ///< that the device has, but lets nobody listen
    size_t m_subscribed = 0;
    std::deque<Write> m_writes;
    bool m_writing = false;
    bool m_otherMode = false; ///< the profile's write mode did not work here
    bool m_triedOther = false;
    std::optional<GattProfile> m_otherModeWorks; ///< of this profile, on an earlier link too
    int m_unanswered = 0;                        ///< writes since the last notification
    QTimer m_timer;                              ///< of the state
    QTimer m_writeTimer;
};

} // namespace sb

Q_DECLARE_METATYPE(sb::Advertisement)
