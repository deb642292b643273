// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bluetooth/bluetoothradio.h"

#include <QBluetoothAddress>
#include <QBluetoothUuid>
#include <QLoggingCategory>
#include <QProcess>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logRadio, "serialbattery.bluetooth", QtInfoMsg)

constexpr int tickMs = 500;
constexpr int longestTickMs = 2000; ///< what counts of one, after a machine slept
constexpr int seekMs = 20000;       ///< of scanning, for one device
constexpr int powerOffMs = 2000;
constexpr int scanPauseMs = 2000; ///< between two scans that BlueZ refuses
constexpr int closeLimitMs = 3000;

Advertisement advertisementOf(const QBluetoothDeviceInfo &info)
{
    Advertisement advertisement;
    advertisement.address = info.address().toString();
    // BlueZ writes the address where a device has no name.
    if (bluetoothAddress(info.name()) != advertisement.address)
        advertisement.name = info.name();
    for (const QBluetoothUuid &uuid : info.serviceUuids())
        advertisement.services.append(uuid);
    const auto data = info.manufacturerData();
    for (auto it = data.begin(); it != data.end(); ++it)
        advertisement.makerData.insert(it.key(), it.value());
    // 0: known to BlueZ, but not heard in this scan.
    if (info.rssi() != 0)
        advertisement.rssi = info.rssi();
    return advertisement;
}

} // namespace

BluetoothRadio::BluetoothRadio(RadioSettings settings, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_bluez(this)
    , m_tick(this)
{
    m_tick.setInterval(tickMs);
    connect(&m_tick, &QTimer::timeout, this, &BluetoothRadio::onTick);
    connect(&m_bluez, &BluezObjects::ready, this, &BluetoothRadio::onAppeared);
    connect(&m_bluez, &BluezObjects::appeared, this, &BluetoothRadio::onAppeared);
    connect(&m_bluez, &BluezObjects::vanished, this, &BluetoothRadio::onVanished);
    connect(&m_bluez, &BluezObjects::adapterChanged, this, &BluetoothRadio::onAdapterChanged);
    connect(&m_bluez, &BluezObjects::adapterRemoved, this, &BluetoothRadio::onAdapterRemoved);
}

BluetoothRadio::~BluetoothRadio() = default;

void BluetoothRadio::start() { m_bluez.start(); }

void BluetoothRadio::add(BluetoothLink *link) { m_links.push_back(link); }

void BluetoothRadio::remove(BluetoothLink *link)
{
    leave(link);
    std::erase(m_links, link);
    if (m_shuttingDown && m_links.empty())
        emit finished();
}

BluetoothRadio::Air &BluetoothRadio::air(const QString &path)
{
    std::unique_ptr<Air> &air = m_airs[path];
    if (!air) {
        air = std::make_unique<Air>();
        air->path = path;
    }
    return *air;
}

bool BluetoothRadio::enqueue(BluetoothLink *link, const QString &wanted, QString *adapterPath, QString *error)
{
    if (!m_bluez.isPresent()) {
        *error = tr("the Bluetooth service (bluetoothd) is not running");
        return false;
    }
    const BluezObjects::Adapter *adapter = m_bluez.adapter(wanted);
    if (!adapter) {
        *error = wanted.isEmpty() ? tr("this machine has no Bluetooth adapter")
                                  : tr("there is no Bluetooth adapter %1").arg(wanted);
        return false;
    }
    if (!adapter->powered) {
        *error = tr("Bluetooth adapter %1 is switched off").arg(adapter->name());
        return false;
    }
    *adapterPath = adapter->path;
    Air &here = air(adapter->path);
    // To connect to a device that is not there takes half a minute, in which nobody else can: only what is
    // heard, or has a link already, goes straight on.
    const BluezObjects::Device *device = m_bluez.device(adapter->path, link->address());
    const bool isThere = device && (device->connected || device->advertisement.rssi) && !link->mustBeSeen();
    const bool isFree = !here.connecting && here.ready.empty() && here.seekers.empty();
    const bool isBlind = device && !isThere && isFree && link->mayTryBlindly();
    link->setBlind(isBlind);
    if (isThere || isBlind)
        here.ready.push_back(link);
    else
        here.seekers.push_back({link, seekMs});
    keepTicking();
    next(here);
    return true;
}

void BluetoothRadio::leave(BluetoothLink *link)
{
    for (const auto &[path, each] : m_airs) {
        std::erase(each->ready, link);
        std::erase_if(each->seekers, [link](const Seeker &seeker) { return seeker.link == link; });
        if (each->connecting == link)
            each->connecting = nullptr;
        next(*each);
    }
}

void BluetoothRadio::next(Air &air)
{
    if (air.connecting)
        return;
    if (!air.ready.empty()) {
        if (air.scanning) {
            stopScanning(air); // onScanEnded() goes on
            return;
        }
        air.connecting = air.ready.front();
        air.ready.pop_front();
        // From the event loop: whoever called may be the link that just failed.
        QMetaObject::invokeMethod(
            this,
            [this, path = air.path] {
                Air &here = this->air(path);
                if (here.connecting)
                    here.connecting->proceed();
            },
            Qt::QueuedConnection);
        return;
    }
    if (!air.seekers.empty() || air.userScan)
        scan(air);
    else if (air.scanning)
        stopScanning(air);
}

void BluetoothRadio::scan(Air &air)
{
    if (air.scanning || air.scanPauseMs > 0 || !m_bluez.isPresent())
        return;
    const BluezObjects::Adapter *adapter = m_bluez.adapter(air.path.section(QLatin1Char('/'), -1));
    if (!adapter || !adapter->powered)
        return;
    dropAgent(air);
    const QString path = air.path;
    air.agent = new QBluetoothDeviceDiscoveryAgent(QBluetoothAddress(adapter->address), this);
    air.agent->setLowEnergyDiscoveryTimeout(0); // until it is stopped; each change is reported then
    connect(air.agent, &QBluetoothDeviceDiscoveryAgent::deviceDiscovered, this,
            [this, path](const QBluetoothDeviceInfo &info) { onDiscovered(path, info); });
    connect(air.agent, &QBluetoothDeviceDiscoveryAgent::deviceUpdated, this,
            [this, path](const QBluetoothDeviceInfo &info) { onDiscovered(path, info); });
    connect(air.agent, &QBluetoothDeviceDiscoveryAgent::finished, this, [this, path] { onScanEnded(path); });
    connect(air.agent, &QBluetoothDeviceDiscoveryAgent::canceled, this, [this, path] { onScanEnded(path); });
    connect(air.agent, &QBluetoothDeviceDiscoveryAgent::errorOccurred, this, [this, path] {
        Air &here = this->air(path);
        if (here.agent && here.userScan)
            emit scanFailed(here.agent->errorString());
        here.scanning = here.stopping = false;
        // Whoever looks for something goes on counting, and a later tick tries again.
        here.scanPauseMs = scanPauseMs;
    });
    air.scanning = true;
    air.agent->start(QBluetoothDeviceDiscoveryAgent::LowEnergyMethod);
}

void BluetoothRadio::stopScanning(Air &air)
{
    if (!air.scanning || air.stopping)
        return;
    air.stopping = true;
    air.agent->stop();
}

void BluetoothRadio::onScanEnded(const QString &path)
{
    Air &here = air(path);
    here.scanning = here.stopping = false;
    QMetaObject::invokeMethod(
        this, [this, path] { next(air(path)); }, Qt::QueuedConnection);
}

void BluetoothRadio::dropAgent(Air &air)
{
    if (air.agent) {
        air.agent->disconnect(this);
        air.agent->deleteLater();
        air.agent = nullptr;
    }
    air.scanning = air.stopping = false;
    air.scanPauseMs = 0;
}

void BluetoothRadio::onDiscovered(const QString &path, const QBluetoothDeviceInfo &info)
{
    const Advertisement advertisement = advertisementOf(info);
    if (m_userScan)
        emit advertised(advertisement);
    if (!advertisement.rssi)
        return;
    for (BluetoothLink *link : m_links) {
        if (link->address() == advertisement.address)
            link->advertised(advertisement);
    }
    Air &here = air(path);
    const auto seeker = std::find_if(here.seekers.begin(), here.seekers.end(), [&](const Seeker &each) {
        return each.link->address() == advertisement.address;
    });
    if (seeker == here.seekers.end())
        return;
    here.ready.push_back(seeker->link);
    here.seekers.erase(seeker);
    next(here);
}

void BluetoothRadio::keepTicking()
{
    if (m_tick.isActive())
        return;
    m_sinceTick.start();
    m_tick.start();
}

void BluetoothRadio::onTick()
{
    // As long as it really was: on a busy machine ticks come late.
    const int passedMs = static_cast<int>(std::min<qint64>(m_sinceTick.restart(), longestTickMs));
    bool busy = false;
    for (const auto &[path, each] : m_airs) {
        Air &here = *each;
        std::vector<BluetoothLink *> gaveUp;
        for (Seeker &seeker : here.seekers) {
            if ((here.scanning && !here.stopping) || here.scanPauseMs > 0)
                seeker.leftMs -= passedMs;
            if (seeker.leftMs <= 0)
                gaveUp.push_back(seeker.link);
        }
        std::erase_if(here.seekers, [](const Seeker &seeker) { return seeker.leftMs <= 0; });
        here.scanPauseMs = std::max(0, here.scanPauseMs - passedMs);
        for (BluetoothLink *link : gaveUp)
            link->notSeen();
        next(here);
        lookAfter(here);
        busy = busy || here.connecting || !here.ready.empty() || !here.seekers.empty() || here.scanning ||
               here.troubled.isValid();
    }
    if (!busy)
        m_tick.stop();
}

void BluetoothRadio::attemptFailed(BluetoothLink *link)
{
    if (link->adapterPath().isEmpty())
        return;
    Air &here = air(link->adapterPath());
    const bool works = std::any_of(m_links.begin(), m_links.end(), [&](const BluetoothLink *each) {
        return each->isOpen() && each->adapterPath() == here.path;
    });
    if (!works && !here.troubled.isValid())
        here.troubled.start();
    keepTicking();
}

void BluetoothRadio::succeeded(const BluetoothLink *link)
{
    Air &here = air(link->adapterPath());
    here.troubled.invalidate();
    here.resetStep = 0;
}

/// The adapter is touched only when no battery works on it.
void BluetoothRadio::lookAfter(Air &air)
{
    if (!air.troubled.isValid())
        return;
    bool wanted = false;
    for (const BluetoothLink *link : m_links) {
        if (link->adapterPath() != air.path)
            continue;
        if (link->isOpen())
            return;
        wanted = wanted || link->keepsFailing();
    }
    if (!wanted) {
        air.troubled.invalidate(); // those that could not be connected are not heard, or not wanted, any more
        return;
    }
    if (!air.troubled.hasExpired(m_settings.troubleMs) || air.switchedOff)
        return;
    air.troubled.start();
    const QString name = air.path.section(QLatin1Char('/'), -1);
    if (isUsedByOthers(air)) {
        qCInfo(logRadio, "no battery answers on adapter %s, but others use it: it is left alone",
               qUtf8Printable(name));
    } else if (air.resetStep == 0) {
        ++air.resetStep;
        qCWarning(logRadio, "no battery answers on adapter %s: switching it off and on",
                  qUtf8Printable(name));
        air.switchedOff = true;
        m_bluez.setPowered(air.path, false);
        QTimer::singleShot(powerOffMs, this, [this, path = air.path] { switchOn(path); });
    } else if (air.resetStep == 1 && !m_settings.restartCommand.isEmpty()) {
        ++air.resetStep;
        qCWarning(logRadio, "still no battery on adapter %s: restarting the Bluetooth service",
                  qUtf8Printable(name));
        QProcess::startDetached(m_settings.restartCommand.first(), m_settings.restartCommand.mid(1));
    }
}

/// Until it is on: BlueZ may refuse, or be away, just then.
void BluetoothRadio::switchOn(const QString &path)
{
    Air &here = air(path);
    if (!here.switchedOff)
        return;
    m_bluez.setPowered(path, true);
    QTimer::singleShot(powerOffMs, this, [this, path] { switchOn(path); });
}

/// A keyboard, a telephone: whatever has a link on the adapter and is none of our batteries.
bool BluetoothRadio::isUsedByOthers(const Air &air) const
{
    return m_bluez.hasLink(air.path, [this](const BluezObjects::Device &device) {
        return std::none_of(m_links.begin(), m_links.end(),
                            [&](const BluetoothLink *link) { return link->address() == device.address; });
    });
}

void BluetoothRadio::onAppeared()
{
    if (!m_bluez.isReady())
        return;
    for (BluetoothLink *link : std::vector(m_links))
        emit link->worthTrying();
    if (m_userScan)
        startScan(*m_userScan);
}

void BluetoothRadio::onVanished()
{
    for (const auto &[path, each] : m_airs) {
        dropAgent(*each);
        each->ready.clear();
        each->seekers.clear();
        each->connecting = nullptr;
    }
    for (BluetoothLink *link : std::vector(m_links))
        link->stackGone();
}

void BluetoothRadio::onAdapterChanged(const QString &path)
{
    const BluezObjects::Adapter *adapter = m_bluez.adapter(path.section(QLatin1Char('/'), -1));
    if (!adapter || !m_bluez.isReady())
        return;
    Air &here = air(path);
    if (!adapter->powered) {
        dropAgent(here);
        const QString text = tr("Bluetooth adapter %1 is switched off").arg(adapter->name());
        for (BluetoothLink *link : std::vector(m_links)) {
            if (link->adapterPath() == path)
                link->adapterGone(text);
        }
        return;
    }
    here.switchedOff = false;
    for (BluetoothLink *link : std::vector(m_links)) {
        if (link->isClosed())
            emit link->worthTrying();
    }
    next(here);
}

void BluetoothRadio::onAdapterRemoved(const QString &path)
{
    Air &here = air(path);
    dropAgent(here);
    here.switchedOff = false;
    const QString text = tr("Bluetooth adapter %1 was removed").arg(path.section(QLatin1Char('/'), -1));
    for (BluetoothLink *link : std::vector(m_links)) {
        if (link->adapterPath() == path)
            link->adapterGone(text);
    }
}

void BluetoothRadio::startScan(const QString &wanted)
{
    m_userScan = wanted;
    if (!m_bluez.isReady())
        return; // onAppeared() begins
    if (!m_bluez.isPresent()) {
        emit scanFailed(tr("the Bluetooth service (bluetoothd) is not running"));
        return;
    }
    const BluezObjects::Adapter *adapter = m_bluez.adapter(wanted);
    if (!adapter) {
        emit scanFailed(wanted.isEmpty() ? tr("this machine has no Bluetooth adapter")
                                         : tr("there is no Bluetooth adapter %1").arg(wanted));
        return;
    }
    if (!adapter->powered) {
        emit scanFailed(tr("Bluetooth adapter %1 is switched off").arg(adapter->name()));
        return;
    }
    Air &here = air(adapter->path);
    here.userScan = true;
    keepTicking();
    next(here);
}

void BluetoothRadio::stopScan()
{
    m_userScan.reset();
    for (const auto &[path, each] : m_airs) {
        each->userScan = false;
        next(*each);
    }
}

void BluetoothRadio::shutDown()
{
    m_shuttingDown = true;
    stopScan();
    for (const auto &[path, each] : m_airs) {
        if (each->switchedOff)
            m_bluez.setPowered(path, true);
    }
    if (m_links.empty()) {
        emit finished();
        return;
    }
    for (BluetoothLink *link : std::vector(m_links))
        link->retire();
    QTimer::singleShot(closeLimitMs + tickMs, this, [this] { emit finished(); });
}

} // namespace sb
