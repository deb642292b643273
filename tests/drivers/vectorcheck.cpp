// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "advertisementcase.h"
#include "drivers/alldrivers.h"
#include "vectorcase.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMap>
#include <algorithm>
#include <cstdio>

namespace {

constexpr int exitPassed = 0;
constexpr int exitFailed = 1;
constexpr int exitWrongUse = 2;

const QLatin1String advertisements("advertisements");

void print(const QString &line) { std::printf("%s\n", qUtf8Printable(line)); }
void complain(const QString &line) { std::fprintf(stderr, "%s\n", qUtf8Printable(line)); }

struct Totals
{
    int passed = 0;
    int failed = 0;
};

class Checker
{
public:
    explicit Checker(const sb::DriverRegistry &registry)
        : m_registry(registry)
    {}

    /// False where the file can't be read.
    bool check(const QString &path, bool named)
    {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) {
            complain(QStringLiteral("%1: %2").arg(path, file.errorString()));
            return false;
        }
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
        if (document.isNull() && named) {
            complain(QStringLiteral("%1: %2 at byte %3").arg(path, error.errorString()).arg(error.offset));
            return false;
        }
        QMap<QString, Totals> perId;
        QMap<QString, int> notCompared;
        const auto count = [&](const QString &id, const QJsonObject &vector,
                               const sb::VectorVerdict &verdict) {
            Totals &totals = perId[id];
            ++(verdict.faults.isEmpty() ? totals.passed : totals.failed);
            for (const QString &field : verdict.notCompared)
                ++notCompared[field];
            if (!verdict.faults.isEmpty())
                print(QStringLiteral("FAILED %1 \"%2\": %3")
                          .arg(id, vector.value(QLatin1String("name")).toString(),
                               verdict.faults.join(QStringLiteral("; "))));
        };
        for (const QJsonValue &value : document.array()) {
            const QJsonObject vector = value.toObject();
            if (vector.contains(QLatin1String("advertisement"))) {
                count(advertisements, vector, sb::checkAdvertisement(m_registry, vector));
                continue;
            }
            const QString bms = vector.value(QLatin1String("bms")).toString();
            // Derived values are other files' matter.
            if (bms.isEmpty() || !vector.value(QLatin1String("exchanges")).isArray())
                continue;
            if (const sb::DriverDescriptor *descriptor = m_registry.find(bms)) {
                count(bms, vector, sb::checkVector(*descriptor, vector));
            } else {
                (void)perId[bms];
                m_unsupported = true;
            }
        }
        for (auto it = notCompared.begin(); it != notCompared.end(); ++it)
            complain(QStringLiteral("%1: %2 not compared, %3 times").arg(path, it.key()).arg(it.value()));
        for (auto it = perId.begin(); it != perId.end(); ++it) {
            if (it.key() != advertisements && !m_registry.find(it.key())) {
                print(QStringLiteral("%1: unsupported").arg(it.key()));
                continue;
            }
            print(QStringLiteral("%1: %2 passed, %3 failed").arg(it.key()).arg(it->passed).arg(it->failed));
            m_all.passed += it->passed;
            m_all.failed += it->failed;
        }
        return true;
    }

    [[nodiscard]] int finish() const
    {
        print(QStringLiteral("%1 passed, %2 failed").arg(m_all.passed).arg(m_all.failed));
        return m_all.failed > 0 || m_unsupported ? exitFailed : exitPassed;
    }

private:
    const sb::DriverRegistry &m_registry;
    Totals m_all;
    bool m_unsupported = false;
};

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    const QStringList paths = QCoreApplication::arguments().mid(1);
    if (paths.isEmpty()) {
        complain(QStringLiteral("vectorcheck: name vector files or folders of them"));
        return exitWrongUse;
    }
    sb::DriverRegistry registry;
    sb::addAllDrivers(registry);
    Checker checker(registry);
    for (const QString &path : paths) {
        if (!QFileInfo(path).isDir()) {
            if (!checker.check(path, true))
                return exitWrongUse;
            continue;
        }
        const QFileInfoList files =
            QDir(path).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
        for (const QFileInfo &file : files) {
            if (!checker.check(file.filePath(), false))
                return exitWrongUse;
        }
    }
    return checker.finish();
}
