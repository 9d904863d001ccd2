--[[
AfterRain in darktable: take the rain out of the selected photos.

Copy this file to ~/.config/darktable/lua/ and add the line

    require "afterrain"

to ~/.config/darktable/luarc. It adds the target storage "take the rain out (AfterRain)" to the export
module: what is exported goes through AfterRain, beside its source or into a folder, and is imported.
It also adds the button "take the rain out" to the selected-images module, with 16-bit TIFF.
The command is `nledn`, or what the preference "AfterRain's command" names.
]]

local dt = require "darktable"

local NAME = "afterrain"

dt.preferences.register(NAME, "command", "string", "AfterRain's command",
  "the program nledn, if it is not found by its name", "nledn")
dt.preferences.register(NAME, "strength", "float", "AfterRain: strength",
  "share of the rain that is taken, 0 to 1.5", 1.0, 0.0, 1.5, 0.05)

local function is_windows()
  return dt.configuration.running_os == "windows"
end

-- A word of a command, whatever its letters.
local function quoted(word)
  if is_windows() then return '"' .. word .. '"' end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- A name beside the photo that no file has.
local function free_name(folder, stem, ext)
  local path, number = folder .. "/" .. stem .. "_derained" .. ext, 2
  while exists(path) do
    path = folder .. "/" .. stem .. "_derained-" .. number .. ext
    number = number + 1
  end
  return path
end

-- Take the rain out of a file that was exported, and import the result beside its source.
local function derain(image, exported)
  local stem = image.filename:gsub("%.[^.]*$", "")
  local path = free_name(image.path, stem, exported:match("%.[^.]*$"))
  local strength = string.format("%.2f", dt.preferences.read(NAME, "strength", "float")):gsub(",", ".")
  local words = {
    quoted(dt.preferences.read(NAME, "command", "string")),
    "derain", "-q", quoted(exported), "-o", quoted(path), "--strength", strength,
  }
  local command = table.concat(words, " ")
  if is_windows() then command = '"' .. command .. '"' end
  local done = os.execute(command)
  os.remove(exported)
  if not (done == true or done == 0) or not exists(path) then
    dt.print(image.filename .. " was not derained; start darktable in a terminal to see why")
    return nil
  end
  local result = dt.database.import(path)
  result:group_with(image)
  dt.print(stem .. ": the rain is taken out")
  return result
end

-- Called by darktable for each photo that was exported.
local function store(_storage, image, _format, exported)
  derain(image, exported)
end

-- Only what AfterRain reads and writes.
local function is_supported(_storage, format)
  local known = { tif = true, tiff = true, jpg = true, jpeg = true, png = true, webp = true }
  return known[format.extension:lower()] == true
end

dt.register_storage(NAME, "take the rain out (AfterRain)", store, nil, is_supported)

local function derain_selected()
  for _, image in ipairs(dt.gui.selection()) do
    local format = dt.new_format("tiff")
    format.bpp = 16
    local exported = os.tmpname() .. ".tif"
    if not format:write_image(image, exported) then
      dt.print(image.filename .. " could not be exported")
    else
      derain(image, exported)
    end
  end
end

if dt.gui then
  dt.gui.libs.image.register_action(NAME, "take the rain out", derain_selected,
    "take the rain out of the selected photos with AfterRain")
end

return { derain = derain }
