// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bluetooth/bluetoothlink.h"

#include "bluetooth/bluetoothradio.h"

#include <QBluetoothAddress>
#include <QLoggingCategory>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logLink, "serialbattery.bluetooth", QtInfoMsg)

/// A call of Qt's to BlueZ ends after 25 s by itself; slow modules need 20.
constexpr int connectMs = 22000;
constexpr int discoverMs = 10000;
constexpr int subscribeMs = 10000;
constexpr int closeMs = 3000;
constexpr int writeMs = 5000;
/// What BlueZ has connected before us, without knowing its services, is let go first.
constexpr int letGoMs = 1000;
/// So many failed connects of a device that is there: what BlueZ remembers of it may be wrong.
constexpr int failuresUntilForgotten = 3;
/// So many requests without any answer: the other kind of write may be what the module wants.
constexpr int unansweredUntilOther = 3;

const QByteArray notifyOn = QByteArray::fromHex("0100");
constexpr quint16 genericAccess = 0x1800;
constexpr quint16 genericAttribute = 0x1801;

constexpr auto withResponse = QLowEnergyCharacteristic::Write;
constexpr auto withoutResponse = QLowEnergyCharacteristic::WriteNoResponse;

} // namespace

BluetoothLink::BluetoothLink(QString address, QString adapter)
    : m_address(std::move(address))
    , m_adapter(std::move(adapter))
    , m_timer(this)
    , m_writeTimer(this)
{
    m_timer.setSingleShot(true);
    m_writeTimer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &BluetoothLink::onTimeout);
    connect(&m_writeTimer, &QTimer::timeout, this, &BluetoothLink::pieceWritten);
}

BluetoothLink::~BluetoothLink()
{
    if (m_radio)
        m_radio->remove(this);
}

void BluetoothLink::attach(BluetoothRadio &radio)
{
    m_radio = &radio;
    setParent(m_radio);
    m_radio->add(this);
}

void BluetoothLink::open()
{
    if (m_state == State::Closing) {
        m_openAgain = true;
        return;
    }
    if (m_state != State::Closed || m_retiring)
        return;
    if (!m_radio->bluez().isReady())
        return; // worthTrying() follows
    m_soughtAgain = false;
    enqueue();
}

void BluetoothLink::enqueue()
{
    QString error;
    m_state = State::Queued;
    if (!m_radio->enqueue(this, m_adapter, &m_adapterPath, &error)) {
        m_state = State::Closed;
        emit failed({LinkError::Kind::NotFound, QStringLiteral("%1: %2").arg(m_address, error)});
    }
}

void BluetoothLink::close()
{
    m_openAgain = false;
    m_failures = 0;
    if (m_state == State::Closed || m_state == State::Closing)
        return;
    dispose();
}

void BluetoothLink::retire()
{
    m_retiring = true;
    close();
    if (m_state == State::Closed)
        deleteLater();
}

void BluetoothLink::setProfiles(const std::vector<GattProfile> &profiles)
{
    m_profiles = profiles;
    if (m_state == State::Open)
        chooseProfile();
}

// ---- connecting ----

void BluetoothLink::notSeen()
{
    m_failures = 0;
    ++m_unseen;
    fail(LinkError::Kind::NotFound,
         tr("%1: not found: switched off, out of range, or in use by a phone app").arg(m_address));
}

void BluetoothLink::proceed()
{
    if (m_state != State::Queued)
        return;
    const BluezObjects::Device *device = m_radio->bluez().device(m_adapterPath, m_address);
    if (!device) {
        seekAgain();
        return;
    }
    m_devicePath = device->path;
    m_state = State::Connecting;
    // Another one's scan may have heard it.
    emit seen(device->advertisement);
    if (device->connected && !device->resolved) {
        m_radio->bluez().disconnectDevice(device->path);
        QTimer::singleShot(letGoMs, this, [this] {
            if (m_state == State::Connecting && !m_controller)
                connectNow();
        });
        return;
    }
    connectNow();
}

/// BlueZ has forgotten the device since it was heard: that says nothing about it, and it is looked for, once,
/// as part of the same attempt.
void BluetoothLink::seekAgain()
{
    m_mustBeSeen = true;
    if (std::exchange(m_soughtAgain, true)) {
        notSeen();
        return;
    }
    m_timer.stop();
    dropController();
    m_radio->leave(this);
    enqueue();
}

/// Not at once: it may be inside a signal of its own.
void BluetoothLink::dropController()
{
    if (!m_controller)
        return;
    m_controller->disconnect(this);
    m_controller->deleteLater();
    m_controller = nullptr;
}

void BluetoothLink::connectNow()
{
    const BluezObjects::Adapter *adapter =
        m_radio->bluez().adapter(m_adapterPath.section(QLatin1Char('/'), -1));
    const QBluetoothDeviceInfo info(QBluetoothAddress(m_address), QString(), 0);
    m_controller = QLowEnergyController::createCentral(
        info, QBluetoothAddress(adapter ? adapter->address : QString()), this);
    connect(m_controller, &QLowEnergyController::connected, this, &BluetoothLink::onConnected);
    connect(m_controller, &QLowEnergyController::disconnected, this, &BluetoothLink::onDisconnected);
    connect(m_controller, &QLowEnergyController::errorOccurred, this, &BluetoothLink::onError);
    connect(m_controller, &QLowEnergyController::discoveryFinished, this, &BluetoothLink::onServices);
    m_timer.start(connectMs);
    m_controller->connectToDevice();
}

void BluetoothLink::onConnected()
{
    if (m_state != State::Connecting)
        return;
    m_radio->leave(this);
    m_state = State::Discovering;
    m_timer.start(discoverMs);
    m_controller->discoverServices();
}

void BluetoothLink::onServices()
{
    if (m_state != State::Discovering)
        return;
    // All of them, and before the first write: with writes pending Qt takes the wrong job for the last one.
    for (const QBluetoothUuid &uuid : m_controller->services()) {
        bool isShort = false;
        const quint16 number = uuid.toUInt16(&isShort);
        if (isShort && (number == genericAccess || number == genericAttribute))
            continue;
        QLowEnergyService *service = m_controller->createServiceObject(uuid, m_controller);
        if (!service)
            continue;
        m_services.push_back(service);
        connect(service, &QLowEnergyService::stateChanged, this,
                [this](QLowEnergyService::ServiceState state) {
                    if (state == QLowEnergyService::RemoteServiceDiscovered)
                        discoverNext();
                });
        connect(service, &QLowEnergyService::characteristicChanged, this,
                [this](const QLowEnergyCharacteristic &characteristic, const QByteArray &value) {
                    m_unanswered = 0;
                    if (m_profile && m_otherMode != m_otherModeWorks.has_value())
                        m_otherModeWorks = m_otherMode ? m_profile : std::nullopt;
                    if (m_state == State::Open && m_profile &&
                        std::find(m_profile->notify.begin(), m_profile->notify.end(),
                                  QUuid(characteristic.uuid())) != m_profile->notify.end())
                        emit received(value, {});
                });
        connect(service, &QLowEnergyService::descriptorWritten, this, [this] { onSubscribed(); });
        connect(service, &QLowEnergyService::characteristicWritten, this, [this] { pieceWritten(); });
        connect(service, &QLowEnergyService::characteristicRead, this,
                [this](const QLowEnergyCharacteristic &characteristic, const QByteArray &value) {
                    if (m_state != State::Open || m_writes.empty() || !m_writes.front().read)
                        return;
                    pieceWritten();
                    emit received(value, characteristic.uuid());
                });
        connect(service, &QLowEnergyService::errorOccurred, this,
                [this](QLowEnergyService::ServiceError error) { onServiceError(error); });
    }
    m_discovered = 0;
    if (m_services.empty()) {
        forgetIfItKeepsFailing();
        fail(LinkError::Kind::Unsupported, tr("%1: offers no services").arg(m_address));
        return;
    }
    // Values are not read: modules that refuse one would keep Qt waiting for ever.
    m_services.front()->discoverDetails(QLowEnergyService::SkipValueDiscovery);
}

void BluetoothLink::discoverNext()
{
    if (m_state != State::Discovering)
        return;
    ++m_discovered;
    if (m_discovered < m_services.size())
        m_services[m_discovered]->discoverDetails(QLowEnergyService::SkipValueDiscovery);
    else
        chooseProfile();
}

QLowEnergyService *BluetoothLink::serviceOf(const QUuid &uuid) const
{
    const auto at = std::find_if(m_services.begin(), m_services.end(), [&](const QLowEnergyService *each) {
        return each->serviceUuid() == QBluetoothUuid(uuid);
    });
    return at == m_services.end() ? nullptr : *at;
}

/// Of several with one UUID the first that has \a any of the properties.
QLowEnergyCharacteristic BluetoothLink::characteristicOf(const QLowEnergyService *service, const QUuid &uuid,
                                                         QLowEnergyCharacteristic::PropertyTypes any) const
{
    if (!service)
        return {};
    for (const QLowEnergyCharacteristic &each : service->characteristics()) {
        if (each.uuid() == QBluetoothUuid(uuid) && (each.properties() & any))
            return each;
    }
    return {};
}

void BluetoothLink::chooseProfile()
{
    constexpr auto tells = QLowEnergyCharacteristic::Notify | QLowEnergyCharacteristic::Indicate;
    const auto has = [&](const GattProfile &profile) {
        if (std::find(m_refused.begin(), m_refused.end(), profile) != m_refused.end())
            return false;
        const QLowEnergyService *service = serviceOf(profile.service);
        const bool notifies =
            std::all_of(profile.notify.begin(), profile.notify.end(),
                        [&](const QUuid &uuid) { return characteristicOf(service, uuid, tells).isValid(); });
        const QUuid &writeService = profile.writeService.isNull() ? profile.service : profile.writeService;
        return service && notifies &&
               (profile.write.isNull() ||
                characteristicOf(serviceOf(writeService), profile.write, withResponse | withoutResponse)
                    .isValid());
    };
    const auto at = std::find_if(m_profiles.begin(), m_profiles.end(), has);
    if (at == m_profiles.end()) {
        if (m_profiles.empty()) {
            // Nobody knows yet which BMS this is: the services help to find out.
            m_profile.reset();
            m_state = State::Open;
            m_timer.stop();
            m_radio->succeeded(this);
            QList<QUuid> services;
            for (const QLowEnergyService *each : m_services)
                services.append(each->serviceUuid());
            emit opened(services);
            return;
        }
        if (m_state == State::Open) {
            // One of several that were tried: its questions find no answer.
            m_profile.reset();
            m_writes.clear();
            return;
        }
        if (!std::exchange(m_refused, {}).empty()) {
            fail(LinkError::Kind::Unsupported,
                 tr("%1: refuses to send notifications (a battery with a PIN must be paired once)")
                     .arg(m_address));
            return;
        }
        forgetIfItKeepsFailing();
        fail(LinkError::Kind::Unsupported,
             tr("%1: has not the characteristics of this BMS: is it the right type?").arg(m_address));
        return;
    }
    const bool wasOpen = m_state == State::Open;
    m_profile = *at;
    m_subscribed = 0;
    m_otherMode = m_otherModeWorks == m_profile;
    m_triedOther = false;
    m_unanswered = 0;
    m_state = State::Subscribing;
    if (!wasOpen)
        m_writes.clear();
    m_timer.start(subscribeMs);
    subscribeNext();
}

void BluetoothLink::subscribeNext()
{
    while (m_subscribed < m_profile->notify.size()) {
        QLowEnergyService *service = serviceOf(m_profile->service);
        const QLowEnergyCharacteristic characteristic =
            characteristicOf(service, m_profile->notify[m_subscribed],
                             QLowEnergyCharacteristic::Notify | QLowEnergyCharacteristic::Indicate);
        const QLowEnergyDescriptor notifySwitch = characteristic.clientCharacteristicConfiguration();
        if (notifySwitch.isValid()) {
            service->writeDescriptor(notifySwitch, notifyOn);
            return; // onSubscribed() goes on
        }
        ++m_subscribed;
    }
    m_state = State::Open;
    m_timer.stop();
    m_failures = m_unseen = 0;
    m_mustBeSeen = false;
    m_radio->succeeded(this);
    QList<QUuid> services;
    for (const QLowEnergyService *each : m_services)
        services.append(each->serviceUuid());
    emit opened(services);
    if (m_state != State::Open || !m_profile)
        return;
    if (std::find(m_profiles.begin(), m_profiles.end(), *m_profile) == m_profiles.end())
        chooseProfile(); // another BMS is sought meanwhile
    else
        sendNext();
}

void BluetoothLink::onSubscribed()
{
    if (m_state != State::Subscribing)
        return;
    ++m_subscribed;
    subscribeNext();
}

// ---- requests ----

void BluetoothLink::write(const QByteArray &bytes, const QUuid &characteristic)
{
    if (m_state != State::Open && m_state != State::Subscribing)
        return;
    m_writes.push_back({bytes, characteristic, 0, false});
    sendNext();
}

void BluetoothLink::read(const QUuid &characteristic)
{
    if (m_state != State::Open && m_state != State::Subscribing)
        return;
    m_writes.push_back({{}, characteristic, 0, true});
    sendNext();
}

std::pair<QLowEnergyService *, QLowEnergyCharacteristic>
BluetoothLink::target(const QUuid &characteristic, QLowEnergyCharacteristic::PropertyTypes any) const
{
    if (characteristic.isNull()) {
        QLowEnergyService *service =
            serviceOf(m_profile->writeService.isNull() ? m_profile->service : m_profile->writeService);
        return {service, characteristicOf(service, m_profile->write, any)};
    }
    for (QLowEnergyService *service : m_services) {
        const QLowEnergyCharacteristic found = characteristicOf(service, characteristic, any);
        if (found.isValid())
            return {service, found};
    }
    return {nullptr, {}};
}

void BluetoothLink::sendNext()
{
    if (m_state != State::Open || m_writing || m_writes.empty() || !m_profile)
        return;
    m_writing = true;
    m_writeTimer.start(writeMs);
    Write &next = m_writes.front();
    if (!next.read) {
        if (++m_unanswered > unansweredUntilOther && !m_triedOther) {
            m_triedOther = true;
            m_otherMode = !m_otherMode;
            m_unanswered = 0;
        }
        writePiece();
        return;
    }
    const auto [service, characteristic] = target(next.characteristic, QLowEnergyCharacteristic::Read);
    if (service)
        service->readCharacteristic(characteristic);
    else
        pieceWritten(); // the request will find no answer
}

void BluetoothLink::writePiece()
{
    const Write &next = m_writes.front();
    const auto [service, characteristic] = target(next.characteristic, withResponse | withoutResponse);
    if (!service) {
        pieceWritten();
        return;
    }
    const bool both = characteristic.properties().testFlag(withResponse) &&
                      characteristic.properties().testFlag(withoutResponse);
    bool confirmed = characteristic.properties().testFlag(withResponse);
    if (both)
        confirmed = (m_profile->mode == GattProfile::Write::WithResponse) != m_otherMode;
    const qsizetype size = m_profile->writeSize > 0 && next.characteristic.isNull()
                               ? m_profile->writeSize
                               : std::max<qsizetype>(1, next.bytes.size());
    const QByteArray piece = next.bytes.mid(next.sent, size);
    const QString hidden =
        m_radio->bluez().hiddenCharacteristic(m_devicePath, service->serviceUuid(), characteristic.uuid());
    if (!hidden.isEmpty()) {
        const auto done = [this](const QString &error) {
            if (error.isEmpty()) {
                pieceWritten();
                return;
            }
            qCInfo(logLink, "%s: a write failed: %s", qUtf8Printable(m_address), qUtf8Printable(error));
            writeRefused();
        };
        m_radio->bluez().writeCharacteristic(hidden, piece, confirmed, done);
        return;
    }
    service->writeCharacteristic(characteristic, piece,
                                 confirmed ? QLowEnergyService::WriteWithResponse
                                           : QLowEnergyService::WriteWithoutResponse);
    if (!confirmed)
        QMetaObject::invokeMethod(this, &BluetoothLink::pieceWritten, Qt::QueuedConnection);
}

void BluetoothLink::pieceWritten()
{
    if (!m_writing || m_writes.empty())
        return;
    m_writeTimer.stop();
    Write &current = m_writes.front();
    if (!current.read && m_profile->writeSize > 0 && current.characteristic.isNull()) {
        current.sent += m_profile->writeSize;
        if (current.sent < current.bytes.size()) {
            m_writeTimer.start(writeMs);
            writePiece();
            return;
        }
    }
    m_writes.pop_front();
    m_writing = false;
    emit written();
    sendNext();
}

void BluetoothLink::writeRefused()
{
    if (m_state == State::Open && !m_triedOther) {
        m_triedOther = true;
        m_otherMode = !m_otherMode;
        if (m_writing && !m_writes.empty() && !m_writes.front().read) {
            writePiece();
            return;
        }
    }
    pieceWritten();
}

void BluetoothLink::onServiceError(QLowEnergyService::ServiceError error)
{
    switch (error) {
    case QLowEnergyService::CharacteristicWriteError:
        writeRefused();
        break;
    case QLowEnergyService::DescriptorWriteError:
    case QLowEnergyService::OperationError:
        if (m_state == State::Subscribing) {
            // Newer radios of some makes have an old service, too, and let nobody listen there.
            m_refused.push_back(*m_profile);
            chooseProfile();
        }
        break;
    case QLowEnergyService::CharacteristicReadError:
        pieceWritten();
        break;
    default:
        break;
    }
}

// ---- ends ----

/// \return false where nobody had heard the device: that says nothing about it, nor about the adapter.
bool BluetoothLink::connectFailed()
{
    m_mustBeSeen = true;
    if (std::exchange(m_blind, false)) {
        ++m_unseen;
        return false;
    }
    forgetIfItKeepsFailing();
    m_radio->attemptFailed(this);
    return true;
}

/// What BlueZ remembers of a device, its table of services above all, may be out of date.
void BluetoothLink::forgetIfItKeepsFailing()
{
    if (++m_failures != failuresUntilForgotten)
        return;
    const BluezObjects::Device *device = m_radio->bluez().device(m_adapterPath, m_address);
    if (!device || device->paired)
        return;
    qCInfo(logLink, "%s: forgotten, after %d attempts that failed", qUtf8Printable(m_address), m_failures);
    m_mustBeSeen = true;
    m_radio->bluez().removeDevice(m_adapterPath, device->path);
}

void BluetoothLink::onError(QLowEnergyController::Error error)
{
    switch (m_state) {
    case State::Closed:
    case State::Closing:
    case State::Queued:
        break;
    case State::Connecting:
        if (error == QLowEnergyController::UnknownRemoteDeviceError && !m_blind) {
            seekAgain();
            break;
        }
        if (!connectFailed()) {
            fail(LinkError::Kind::NotFound,
                 tr("%1: not found: switched off, out of range, or in use by a phone app").arg(m_address));
            break;
        }
        fail(LinkError::Kind::Busy,
             tr("%1: does not accept a connection (%n in a row)", nullptr, m_failures).arg(m_address));
        break;
    case State::Discovering:
    case State::Subscribing:
    case State::Open:
        if (error == QLowEnergyController::InvalidBluetoothAdapterError)
            fail(LinkError::Kind::Lost, tr("%1: its Bluetooth adapter is gone").arg(m_address));
        else if (error != QLowEnergyController::NoError && m_controller &&
                 m_controller->state() == QLowEnergyController::UnconnectedState)
            fail(LinkError::Kind::Lost, tr("%1: the link was lost").arg(m_address));
        break;
    }
}

void BluetoothLink::onDisconnected()
{
    if (m_state == State::Closing) {
        onTimeout();
        return;
    }
    if (m_state != State::Closed && m_state != State::Queued)
        fail(LinkError::Kind::Lost, tr("%1: the link was lost").arg(m_address));
}

void BluetoothLink::onTimeout()
{
    switch (m_state) {
    case State::Connecting:
        (void)connectFailed();
        fail(LinkError::Kind::NotFound,
             tr("%1: no connection within %2 s: switched off, out of range, or in use by a phone app")
                 .arg(m_address)
                 .arg(connectMs / 1000));
        break;
    case State::Discovering:
    case State::Subscribing:
        forgetIfItKeepsFailing();
        fail(LinkError::Kind::Other, tr("%1: connected, but does not tell its services").arg(m_address));
        break;
    case State::Closing:
        m_timer.stop();
        dropController();
        m_state = State::Closed;
        emit closed();
        if (m_retiring)
            deleteLater();
        else if (std::exchange(m_openAgain, false))
            open();
        break;
    case State::Closed:
    case State::Queued:
    case State::Open:
        break;
    }
}

void BluetoothLink::adapterGone(const QString &text)
{
    if (m_state == State::Closed || m_state == State::Closing)
        return;
    fail(LinkError::Kind::Lost, QStringLiteral("%1: %2").arg(m_address, text));
}

void BluetoothLink::stackGone()
{
    // Nothing of Qt's objects works any more, not even the end of a link.
    const bool was =
        (m_state != State::Closed && m_state != State::Closing) || std::exchange(m_openAgain, false);
    dropController();
    m_services.clear();
    m_writes.clear();
    m_writing = false;
    m_timer.stop();
    m_writeTimer.stop();
    m_profile.reset();
    m_state = State::Closed;
    if (m_retiring)
        deleteLater();
    else if (was)
        emit failed(
            {LinkError::Kind::Lost, tr("%1: the Bluetooth service (bluetoothd) has stopped").arg(m_address)});
}

void BluetoothLink::fail(LinkError::Kind kind, const QString &text)
{
    qCDebug(logLink, "%s", qUtf8Printable(text));
    dispose();
    emit failed({kind, text});
}

/// Leaves the queue, ends what runs; Closed follows, at once where nothing has to be waited for.
void BluetoothLink::dispose()
{
    m_state = State::Closing;
    m_services.clear(); // the controller's
    m_writes.clear();
    m_writing = false;
    m_writeTimer.stop();
    m_profile.reset();
    m_radio->leave(this);
    const bool linked = m_controller && m_controller->state() != QLowEnergyController::UnconnectedState;
    if (linked) {
        m_timer.start(closeMs);
        m_controller->disconnectFromDevice();
        return; // also cancels an attempt that BlueZ would go on with
    }
    // Not from inside the controller's own signal.
    m_timer.start(0);
}

} // namespace sb
