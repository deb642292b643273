// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/wholefile.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

namespace sb {

bool writeWholeFile(const QString &file, const QByteArray &content, QString *error)
{
    (void)QDir().mkpath(QFileInfo(file).path()); // open() tells what is wrong
    QSaveFile output(file);
    const bool ok = output.open(QIODevice::WriteOnly) && output.write(content) == content.size() &&
                    output.flush() && output.commit();
    if (!ok)
        *error = output.errorString();
    return ok;
}

} // namespace sb
