// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace sb {

/// Replaces \a file by \a content, as a whole or not at all; makes its folder. \return false and why not in
/// \a error. QSaveFile alone is not enough: on a disk that fills up in the middle of a write it commits the
/// part that fitted.
[[nodiscard]] bool writeWholeFile(const QString &file, const QByteArray &content, QString *error);

} // namespace sb
