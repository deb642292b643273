// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/service.h"

#include "app/console.h"
#include "app/exitcode.h"
#include "app/source.h"

#include <QLoggingCategory>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logService, "serialbattery.service", QtInfoMsg)

/// A serial starter wants the port back when no BMS answered within this time.
constexpr int exitIfNoneMs = 60000;

} // namespace

Service::Service(Settings settings, Environment &environment, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_environment(environment)
    , m_cache(stateFolder() + QStringLiteral("/detected.json"))
    , m_publisher(m_settings.publishing)
{
    m_nobody.setSingleShot(true);
    connect(&m_nobody, &QTimer::timeout, this, [this] {
        console::error(tr("no BMS answered within %1 s").arg(exitIfNoneMs / 1000));
        stop(Failed);
    });
    connect(&m_publisher, &Publisher::refused, this, [this] {
        if (m_settings.exitIfNone)
            stop(Failed);
    });
    connect(&m_publisher, &Publisher::busLost, this, [this] {
        console::error(tr("the D-Bus daemon went away"));
        stop(Failed);
    });
    if (m_settings.exitIfNone)
        m_nobody.start(exitIfNoneMs);
    else if (m_settings.offeredLine)
        startOffers();
}

void Service::startOffers()
{
    m_ports = std::make_unique<PortService>(
        m_publisher.client(),
        PortService::Handlers{
            [this](const QString &port, const ItemTree::Reply &reply) { onOffer(port, reply); },
            [this](const QString &port) {
                if (Entry *entry = find(port); entry && entry->offered && !entry->ending)
                    endLine(*entry);
            }});
    QString error;
    if (!m_ports->start(&error)) {
        qCInfo(logService, "%s", qUtf8Printable(error));
        m_ports.reset();
    }
}

Service::Entry *Service::find(const QString &port)
{
    const auto at = std::find_if(m_lines.begin(), m_lines.end(),
                                 [&](const auto &entry) { return entry->config.port == port; });
    return at == m_lines.end() ? nullptr : at->get();
}

void Service::onOffer(const QString &port, const ItemTree::Reply &reply)
{
    const std::optional<LineConfig> config = m_settings.offeredLine(port);
    if (!config || m_exitCode || find(port)) {
        reply(OfferRefused);
        return;
    }
    if (const QString error = startLine(*config, reply); !error.isEmpty()) {
        qCWarning(logService, "%s", qUtf8Printable(error));
        reply(OfferRefused);
    }
}

void Service::answerOffer(Entry &entry, int code)
{
    entry.patience.reset();
    if (const auto reply = std::exchange(entry.reply, std::nullopt))
        (*reply)(code);
}

Service::~Service() = default;

QString Service::apply(const std::vector<LineConfig> &configs)
{
    QString problem;
    for (const auto &entry : m_lines) {
        const auto same = std::find_if(configs.begin(), configs.end(), [&](const LineConfig &config) {
            return config.port == entry->config.port;
        });
        if (entry->offered) {
            const std::optional<LineConfig> now = m_settings.offeredLine(entry->config.port);
            if (!entry->ending && !(now == entry->config))
                endLine(*entry); // its supervisor offers it again
            continue;
        }
        if (entry->ending) {
            entry->next = same == configs.end() ? std::nullopt : std::optional(*same);
        } else if (same == configs.end()) {
            qCInfo(logService, "%s: not configured any more", qUtf8Printable(entry->config.port));
            endLine(*entry);
        } else if (!(*same == entry->config)) {
            qCInfo(logService, "%s: its configuration changed, starting anew",
                   qUtf8Printable(entry->config.port));
            entry->next = *same;
            endLine(*entry);
        }
    }
    for (const LineConfig &config : configs) {
        const bool known = std::any_of(m_lines.begin(), m_lines.end(),
                                       [&](const auto &entry) { return entry->config.port == config.port; });
        if (known)
            continue;
        if (const QString error = startLine(config); !error.isEmpty())
            problem = error;
    }
    return problem;
}

QString Service::startLine(const LineConfig &config, std::optional<ItemTree::Reply> offer)
{
    auto entry = std::make_unique<Entry>();
    entry->config = config;
    entry->offered = offer.has_value();
    TrafficTap *tap = nullptr;
    if (!m_settings.captureFolder.isEmpty()) {
        QString error;
        entry->recording =
            Recording::inFolder(m_settings.captureFolder, m_settings.captureValues, config, m_clock, &error);
        if (!entry->recording)
            return error;
        tap = entry->recording->tap();
    }
    entry->line = makeLine(config, m_environment, m_clock, &m_cache, tap);
    if (tap)
        entry->recording->follow(*entry->line);
    follow(*entry);
    if (offer) {
        entry->reply = std::move(offer);
        entry->patience = std::make_unique<QTimer>();
        entry->patience->setSingleShot(true);
        connect(entry->patience.get(), &QTimer::timeout, this,
                [this, waiting = entry.get()] { endLine(*waiting); });
        entry->patience->start(exitIfNoneMs);
    }
    m_publisher.add(*entry->line);
    m_lines.push_back(std::move(entry));
    m_lines.back()->line->start();
    return {};
}

void Service::follow(Entry &entry)
{
    Line *line = entry.line.get();
    connect(line, &Line::batteryAdded, this, [this, &entry] {
        m_everFound = true;
        m_nobody.stop();
        answerOffer(entry, OfferTaken);
    });
    connect(line, &Line::batteryRemoved, this, [this, &entry] {
        // Another program may try the port now.
        if (entry.offered && !entry.ending)
            endLine(entry);
        else if (m_settings.exitIfNone && !entry.ending)
            stop(Done);
    });
    connect(line, &Line::openFailed, this, [this, &entry](const LinkError &failure) {
        if (entry.offered) {
            if (!entry.ending)
                endLine(entry);
            return;
        }
        // With one port, and before anything was there, the user is better told than kept waiting.
        if (!m_everFound && m_lines.size() == 1 && !m_exitCode) {
            console::error(failure.text);
            stop(Unusable);
        }
    });
    connect(
        line, &Line::stopped, this, [this, line] { onStopped(line); }, Qt::QueuedConnection);
}

void Service::endLine(Entry &entry)
{
    entry.ending = true;
    // From the event loop: whoever calls may be a battery that the end of the line deletes.
    QMetaObject::invokeMethod(entry.line.get(), &Line::stop, Qt::QueuedConnection);
}

void Service::onStopped(const Line *line)
{
    const auto at = std::find_if(m_lines.begin(), m_lines.end(),
                                 [line](const auto &entry) { return entry->line.get() == line; });
    if (at == m_lines.end())
        return;
    const std::optional<LineConfig> next = (*at)->next;
    if ((*at)->offered) {
        const bool wasThere = !(*at)->reply;
        answerOffer(**at, OfferNoBms);
        if (wasThere && m_ports)
            m_ports->release((*at)->config.port, Done);
    }
    m_lines.erase(at);
    if (m_exitCode) {
        if (m_lines.empty())
            emit finished(*m_exitCode);
    } else if (next) {
        if (const QString error = startLine(*next); !error.isEmpty())
            qCWarning(logService, "%s", qUtf8Printable(error));
    }
}

void Service::stop(int exitCode)
{
    if (m_exitCode)
        return;
    m_exitCode = exitCode;
    m_nobody.stop();
    if (m_lines.empty())
        QMetaObject::invokeMethod(
            this, [this] { emit finished(*m_exitCode); }, Qt::QueuedConnection);
    for (const auto &entry : m_lines) {
        entry->next.reset();
        if (!entry->ending)
            endLine(*entry);
    }
}

} // namespace sb
