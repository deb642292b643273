// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// vectorcheck FILE.json|DIR ...: drives the drivers with frames of real devices and compares what they
// decode.
#include "vectorcase.h"

#include "drivers/alldrivers.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <cstdio>

namespace {

using namespace sb;

void print(const QString &line) { std::printf("%s\n", qPrintable(line)); }

struct Total
{
    int passed = 0;
    int failed = 0;
    bool unsupported = false;
};

/// Files of a folder that hold something else than cases of one family.
bool isOther(const QString &fileName)
{
    return fileName == QLatin1String("ble-advertisements.json") ||
           fileName == QLatin1String("ble-derived.json");
}

void checkFile(const QString &path, bool named, const DriverRegistry &drivers, Total &total)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        print(QStringLiteral("%1: %2").arg(path, file.errorString()));
        ++total.failed;
        return;
    }
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
    if (!document.isArray()) {
        if (named) {
            print(QStringLiteral("%1: not a list of cases (%2)").arg(path, error.errorString()));
            ++total.failed;
        }
        return;
    }
    int passed = 0;
    int failed = 0;
    QString id = QFileInfo(path).completeBaseName();
    const QJsonArray cases = document.array();
    for (const QJsonValue &value : cases) {
        const QJsonObject object = value.toObject();
        id = object.value(QLatin1String("bms")).toString(id);
        const DriverDescriptor *driver = driverOfVector(id, drivers);
        if (!driver) {
            print(QStringLiteral("%1: unsupported").arg(id));
            total.unsupported = true;
            return;
        }
        const QStringList problems = checkVector(object, *driver);
        for (const QString &problem : problems)
            print(QStringLiteral("%1: %2: %3")
                      .arg(id, object.value(QLatin1String("name")).toString(), problem));
        problems.isEmpty() ? ++passed : ++failed;
    }
    print(QStringLiteral("%1: %2 passed, %3 failed").arg(id).arg(passed).arg(failed));
    total.passed += passed;
    total.failed += failed;
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    const QStringList paths = QCoreApplication::arguments().mid(1);
    if (paths.isEmpty()) {
        std::fprintf(stderr, "vectorcheck: name files or folders of vectors\n");
        return 2;
    }
    DriverRegistry drivers;
    addAllDrivers(drivers);
    Total total;
    for (const QString &path : paths) {
        if (!QFileInfo(path).isDir()) {
            checkFile(path, true, drivers, total);
            continue;
        }
        const QDir folder(path);
        for (const QString &name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
            if (!isOther(name))
                checkFile(folder.filePath(name), false, drivers, total);
        }
    }
    print(QStringLiteral("%1 passed, %2 failed").arg(total.passed).arg(total.failed));
    return total.failed > 0 || total.unsupported ? 1 : 0;
}
