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
}

Service::~Service() = default;

QString Service::apply(const std::vector<LineConfig> &configs)
{
    QString problem;
    for (const auto &entry : m_lines) {
        const auto same = std::find_if(configs.begin(), configs.end(), [&](const LineConfig &config) {
            return config.port == entry->config.port;
        });
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

QString Service::startLine(const LineConfig &config)
{
    auto entry = std::make_unique<Entry>();
    entry->config = config;
    TrafficTap *tap = nullptr;
    if (!m_settings.captureFolder.isEmpty()) {
        QString error;
        entry->recording =
            Recording::inFolder(m_settings.captureFolder, m_settings.captureValues, config, m_clock, &error);
        if (!entry->recording)
            return error;
        tap = entry->recording->tap();
    }
    entry->line = makeSerialLine(config, m_environment, m_clock, &m_cache, tap);
    if (tap)
        entry->recording->follow(*entry->line);
    follow(*entry);
    m_publisher.add(*entry->line);
    m_lines.push_back(std::move(entry));
    m_lines.back()->line->start();
    return {};
}

void Service::follow(Entry &entry)
{
    Line *line = entry.line.get();
    connect(line, &Line::batteryAdded, this, [this] {
        m_everFound = true;
        m_nobody.stop();
    });
    connect(line, &Line::batteryRemoved, this, [this, &entry] {
        if (m_settings.exitIfNone && !entry.ending)
            stop(Done); // another program may try the port now
    });
    connect(line, &Line::openFailed, this, [this](const LinkError &failure) {
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
